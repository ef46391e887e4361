import { readFileSync } from 'node:fs';
import { createFalClient } from '@fal-ai/client';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { FLUX_2, GENERAL, quickSandbox } from './fal.js';

const cat = new Blob([readFileSync('examples/chelsea.png')], { type: 'image/png' });

test.each(['polling', 'streaming'] as const)('the official client edits a picture, %s', async (mode) => {
  const sandbox = await quickSandbox({ queueMs: 400, inferenceMs: 60 });
  const fal = createFalClient({ proxyUrl: { url: sandbox.proxyUrl, when: 'always' } });
  const seen: string[] = [];
  const result = await fal.subscribe(GENERAL, {
    input: { prompt: 'a watercolor', image_url: cat, seed: 7 },
    logs: true,
    pollInterval: 20,
    mode,
    onQueueUpdate: (update) => seen.push(update.status),
  });
  const image = result.data.images[0]!;
  expect(seen[0]).toBe('IN_QUEUE');
  expect(seen.at(-1)).toBe('COMPLETED');
  expect(result.data).toMatchObject({ seed: 7, prompt: 'a watercolor', has_nsfw_concepts: [false] });
  const file = await fetch(image.url);
  const bytes = new Uint8Array(await file.arrayBuffer());
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 451, height: 300, format: 'png' });
  expect(bytes.byteLength).toBe(image.file_size);

  const { accepted, charges, uploads, requests, unhandled } = sandbox.ledger();
  expect(accepted).toMatchObject([
    {
      request_id: result.requestId,
      endpoint: GENERAL,
      state: 'completed',
      billable_units: 1,
      charged_usd: 0.075,
    },
  ]);
  expect(charges).toBe(1);
  expect(uploads).toMatchObject([{ content_type: 'image/png', bytes: cat.size }]);
  expect(requests.by_role).toMatchObject({ initiate: 1, put: 1, submit: 1, result: 1, file: 1 });
  expect(unhandled).toEqual([]);
});

test('the official client reads a refusal, cancels and prices two pictures', async () => {
  const sandbox = await quickSandbox({ inferenceMs: 20 });
  const fal = createFalClient({ proxyUrl: { url: sandbox.proxyUrl, when: 'always' } });
  const bad = fal.subscribe(GENERAL, {
    input: { prompt: 'x', image_url: cat, strength: 2 },
    pollInterval: 10,
  });
  await expect(bad).rejects.toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['body', 'strength'], type: 'less_than_equal', ctx: { le: 1 } }] },
  });
  await fal.subscribe(FLUX_2, { input: { prompt: 'x', image_urls: [cat, cat] as never }, pollInterval: 10 });
  expect(sandbox.ledger().accepted.map((row) => row.billable_units)).toEqual([0, 3]);
  expect(sandbox.ledger().accepted.map((row) => row.state)).toEqual(['failed', 'completed']);
});

test('a file above 90 MiB goes up in parts', async () => {
  const sandbox = await quickSandbox();
  const fal = createFalClient({ proxyUrl: { url: sandbox.proxyUrl, when: 'always' } });
  const big = new Blob([new Uint8Array(91 * 1024 * 1024).fill(5)], { type: 'application/octet-stream' });
  const url = await fal.storage.upload(big);
  const head = await fetch(url, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(big.size));
  expect(sandbox.ledger().uploads).toMatchObject([{ file_url: url, bytes: big.size }]);
});
