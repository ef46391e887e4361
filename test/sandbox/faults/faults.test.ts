import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { DOT, GENERAL, ask, call, events, quickSandbox, run, submit } from '../fal.js';

const input = { prompt: 'a dot', image_url: DOT, seed: 1 };
const SUBMIT = `https://queue.fal.run/${GENERAL}`;

/** What Node's fetch makes of an answer that never comes, or stops halfway. */
async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason as Error & { cause?: { code?: string } },
  );
  return (error.cause as { code?: string } | undefined)?.code ?? error.message;
}

describe('the submit', () => {
  const cases: [Toxic, outcome: string, accepted: number][] = [
    [{ type: 'reset_peer', on: 'submit', stream: 'upstream' }, 'ECONNRESET', 0],
    [{ type: 'reset_peer', on: 'submit' }, 'ECONNRESET', 1],
    [{ type: 'fin', on: 'submit', stream: 'upstream' }, 'UND_ERR_SOCKET', 0],
    [{ type: 'fin', on: 'submit' }, 'UND_ERR_SOCKET', 1],
    [{ type: 'slow_close', on: 'submit', delay: 10 }, 'UND_ERR_SOCKET', 1],
    [{ type: 'limit_data', on: 'submit', fraction: 0.5 }, 'UND_ERR_SOCKET', 1],
    [{ type: 'limit_data', on: '*', bytes: 0 }, 'UND_ERR_SOCKET', 1],
    [{ type: 'reset_peer', on: 'submit', at: 10 }, 'ECONNRESET', 1],
  ];
  test.each(cases)('%o: %s, %d accepted', async (toxic, code, accepted) => {
    const sandbox = await quickSandbox({ toxics: [toxic] });
    expect(await failure(call(sandbox, 'POST', SUBMIT, input).then((answer) => answer.text()))).toBe(code);
    expect(sandbox.ledger().accepted).toHaveLength(accepted);
  });

  test.each([
    ['upstream', 0],
    ['downstream', 1],
  ] as const)('timeout, %s: no answer until the client leaves, %d accepted', async (stream, accepted) => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'timeout', on: 'submit', stream }] });
    const stop = new AbortController();
    const headers = { 'x-fal-target-url': SUBMIT };
    const body = JSON.stringify(input);
    const answer = fetch(sandbox.proxyUrl, { method: 'POST', headers, body, signal: stop.signal });
    const ended = expect(answer).rejects.toThrow();
    await sleep(60);
    stop.abort();
    await ended;
    expect(sandbox.ledger().accepted).toHaveLength(accepted);
  });

  test.each([
    [{ type: 'status', on: 'submit', code: 503 }, 503, 'application/json', 0],
    [{ type: 'status', on: 'submit', code: 502, html: true, stream: 'downstream' }, 502, 'text/html', 1],
    [{ type: 'html', on: 'submit' }, 200, 'text/html', 0],
    [{ type: 'garbage', on: 'submit' }, 200, 'application/json', 1],
  ] as [Toxic, number, string, number][])('%o', async (toxic, status, type, accepted) => {
    const sandbox = await quickSandbox({ toxics: [toxic] });
    const answer = await call(sandbox, 'POST', SUBMIT, input);
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([status, type]);
    expect(sandbox.ledger().accepted).toHaveLength(accepted);
  });

  test('a status toxic says what it was told to', async () => {
    const sandbox = await quickSandbox();
    const detail = 'User is locked. Reason: Exhausted balance.';
    sandbox.addToxic({
      type: 'status',
      on: 'submit',
      code: 403,
      body: JSON.stringify({ detail }),
      headers: { 'x-fal-error-type': 'locked' },
    });
    const { status, body, headers } = await ask(sandbox, 'POST', SUBMIT, input);
    expect([status, body, headers.get('x-fal-error-type')]).toEqual([403, { detail }, 'locked']);
  });
});

test('after and times choose the requests; clearing ends it', async () => {
  const sandbox = await quickSandbox();
  sandbox.addToxic({ type: 'status', on: 'submit', code: 503, after: 1, times: 2 });
  const codes = [];
  for (let turn = 0; turn < 4; turn++) codes.push((await ask(sandbox, 'POST', SUBMIT, input)).status);
  expect(codes).toEqual([200, 503, 503, 200]);
  sandbox.addToxic({ type: 'status', on: '*', code: 503 });
  sandbox.clearToxics();
  expect((await ask(sandbox, 'POST', SUBMIT, input)).status).toBe(200);
});

test('toxicity 0 hits none', async () => {
  const sandbox = await quickSandbox({ toxics: [{ type: 'fin', on: '*', toxicity: 0 }] });
  expect((await ask(sandbox, 'POST', SUBMIT, input)).status).toBe(200);
});

test('latency delays', async () => {
  const sandbox = await quickSandbox({ toxics: [{ type: 'latency', on: 'submit', latency: 80 }] });
  const start = performance.now();
  await ask(sandbox, 'POST', SUBMIT, input);
  expect(performance.now() - start).toBeGreaterThan(75);
});

describe('the status stream', () => {
  test('early_end closes before COMPLETED', async () => {
    const sandbox = await quickSandbox({
      queueMs: 60,
      toxics: [{ type: 'early_end', on: 'stream', events: 2 }],
    });
    const seen = await events(sandbox, await submit(sandbox, GENERAL, input));
    expect(seen.map((event) => event.status)).toEqual(['IN_QUEUE', 'IN_PROGRESS']);
  });

  test('early_end never lets COMPLETED through', async () => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'early_end', on: 'stream', events: 99 }] });
    const seen = await events(sandbox, await submit(sandbox, GENERAL, input));
    expect(seen.at(-1)!.status).toBe('IN_PROGRESS');
  });

  test.each([0, 1])('silence after %d events: no comment either, and it stays open', async (count) => {
    const sandbox = await quickSandbox({
      keepAliveCommentMs: 10,
      toxics: [{ type: 'silence', on: 'stream', events: count }],
    });
    const base = await submit(sandbox, GENERAL, input);
    const stop = new AbortController();
    const headers = { 'x-fal-target-url': `${base}/status/stream` };
    let text = '';
    const reading = (async () => {
      const answer = await fetch(sandbox.proxyUrl, { headers, signal: stop.signal });
      for await (const piece of answer.body!) text += Buffer.from(piece as Uint8Array).toString();
    })();
    const left = expect(reading).rejects.toThrow('aborted');
    await sleep(150);
    stop.abort();
    await left;
    expect(text.match(/^data:/gm)?.length ?? 0).toBe(count);
    expect(text).not.toContain('COMPLETED');
  });

  test.each([undefined, 1])('split in pieces of %s bytes cuts characters, and all arrives', async (bytes) => {
    const toxic: Toxic = { type: 'split', on: 'stream', ...(bytes === undefined ? {} : { bytes }) };
    const sandbox = await quickSandbox({ toxics: [toxic] });
    const base = await submit(sandbox, GENERAL, input);
    const answer = await call(sandbox, 'GET', `${base}/status/stream?logs=1`);
    const pieces: Buffer[] = [];
    for await (const piece of answer.body!) pieces.push(Buffer.from(piece as Uint8Array));
    expect(pieces.some((piece) => piece.toString().includes('\ufffd'))).toBe(true);
    const whole = Buffer.concat(pieces).toString();
    expect(whole).toContain('64 × 64');
    expect(whole).toContain('COMPLETED');
    expect(whole).not.toContain('\ufffd');
  });

  test('terminal puts control characters into log lines, polled and streamed', async () => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'terminal', on: '*' }] });
    const base = await submit(sandbox, GENERAL, { ...input, prompt: '[sandbox:policy]' });
    const seen = await events(sandbox, base);
    const polled = (await ask(sandbox, 'GET', `${base}/status?logs=1`)).body;
    const result = (await ask(sandbox, 'GET', base)).body;
    const line = seen.flatMap((event) => event.logs)[0]!.message;
    const texts = [line, seen.at(-1)!.error, polled.logs[0]!.message, polled.error, result.detail[0]!.msg];
    expect(texts.filter((text) => text.includes('\u001b[2J'))).toHaveLength(texts.length);
    expect(result.detail[0]!.type).toBe('content_policy_violation');
  });
});

describe('the result', () => {
  const twice = { ...input, num_images: 2, image_size: { width: 80, height: 64 } };

  test('blank blackens the picture that is meant', async () => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'blank', on: 'result', index: 1 }] });
    const { body } = await run(sandbox, GENERAL, twice);
    expect(body.has_nsfw_concepts).toEqual([false, true]);
    expect(await brightest(body.images[0]!.url)).toBeGreaterThan(0);
    expect(await brightest(body.images[1]!.url)).toBe(0);
    expect(body.images[1]).toMatchObject({ width: 80, height: 64 });
  });

  test('blank without an index blackens all', async () => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'blank', on: 'result' }] });
    expect((await run(sandbox, GENERAL, twice)).body.has_nsfw_concepts).toEqual([true, true]);
  });

  test('no_images', async () => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'no_images', on: 'result' }] });
    expect(await run(sandbox, GENERAL, twice)).toMatchObject({ status: 200, body: { images: [] } });
  });

  test('garbage is announced as JSON', async () => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'garbage', on: 'result' }] });
    const base = await submit(sandbox, GENERAL, input);
    await events(sandbox, base);
    const answer = await call(sandbox, 'GET', base);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    await expect(answer.json()).rejects.toThrow(SyntaxError);
  });
});

describe('the file', () => {
  async function file(toxic: Toxic, extra = {}) {
    const sandbox = await quickSandbox({ toxics: [toxic] });
    const { body } = await run(sandbox, GENERAL, { ...input, ...extra });
    return body.images[0]!;
  }

  test('limit_data announces the whole length and sends a part', async () => {
    const { url, file_size: size } = await file({ type: 'limit_data', on: 'file', fraction: 0.5 });
    const answer = await fetch(url);
    expect(answer.headers.get('content-length')).toBe(String(size));
    expect(await failure(answer.arrayBuffer())).toBe('UND_ERR_SOCKET');
  });

  test('wrong_format', async () => {
    const { url } = await file({ type: 'wrong_format', on: 'file' });
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect((await sharp(await answer.arrayBuffer()).metadata()).format).toBe('jpeg');
  });

  test('bandwidth slows it down and changes nothing else', async () => {
    const { url, file_size: size } = await file(
      { type: 'bandwidth', on: 'file', rate: 100 },
      { image_size: 'square' },
    );
    const start = performance.now();
    const content = await (await fetch(url)).arrayBuffer();
    expect(content.byteLength).toBe(size);
    expect(performance.now() - start).toBeGreaterThan((size / 100) * 0.9);
  });
});

test('toxics are managed from another process', async () => {
  const sandbox = await quickSandbox();
  const url = `${sandbox.url}/__sandbox/toxics`;
  const post = (body: unknown) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const toxic = { type: 'status', on: 'submit', code: 500 };
  expect((await post(toxic)).status).toBe(201);
  expect(await (await fetch(url)).json()).toEqual({ toxics: [toxic] });
  const wrong = await post({ type: 'explode', on: 'submit' });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: /unknown toxic "explode"/ }]);
  expect((await ask(sandbox, 'POST', SUBMIT, input)).status).toBe(500);
  await fetch(url, { method: 'DELETE' });
  expect((await ask(sandbox, 'POST', SUBMIT, input)).status).toBe(200);
  expect(sandbox.ledger().requests.total).toBe(2);
});

async function brightest(url: string): Promise<number> {
  const { channels } = await sharp(await (await fetch(url)).arrayBuffer()).stats();
  return Math.max(...channels.map((channel) => channel.max));
}
