/* The whole program through fal's own @fal-ai/server-proxy. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { createRouteHandler } from '@fal-ai/server-proxy/hono';
import { Hono } from 'hono';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { editCat, leftIn, unhurried } from '../edit/harness.js';
import { sandbox, type TestSandbox } from '../support/sandbox.js';

const direct = fetch;
const KEY = 'id:secret';

/** fal's proxy on loopback, before the sandbox; it calls fal by its real names. */
async function officialProxy(
  fal: TestSandbox,
  key: string | undefined,
): Promise<{ url: string; refused: string[] }> {
  const refused: string[] = [];
  vi.stubEnv('FAL_KEY', key);
  // The network's way from the proxy to the sandbox. The program itself is given another fetch.
  vi.stubGlobal('fetch', (url: string | URL, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('x-fal-target-url', String(url));
    return direct(fal.proxyUrl, { ...init, headers });
  });
  for (const level of ['warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
  const handler = createRouteHandler({});
  const app = new Hono();
  app.all('/fal', async (c) => {
    const response = await handler(c as never);
    if (response.status >= 400) refused.push(c.req.header('x-fal-target-url') ?? '');
    return response;
  });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fal`, refused };
}

const context = { fetch: ((input, init) => direct(input, init)) as typeof fetch };

describe.each([
  ['the proxy holds the key', KEY, undefined],
  ['the user holds it', undefined, KEY],
  ['both do: the user wins', 'wrong:key', KEY],
])('%s', (_, held, own) => {
  test('an edit with its upload, by the stream', async () => {
    const fal = await sandbox({ key: KEY, inferenceMs: 300 });
    const { url, refused } = await officialProxy(fal, held);
    const env = { FAL_PROXY_URL: url, ...(own === undefined ? {} : { FAL_KEY: own }) };
    // Real pauses: a poll comes after two seconds, when the stream has long told the end.
    const { code, document, cwd, stderr } = await editCat({ env, context: { ...context, sleep: unhurried } });
    expect([code, document.status]).toEqual([0, 'ok']);
    expect(await leftIn(cwd)).toEqual(['out.png']);
    const { accepted, uploads, requests } = fal.ledger();
    expect([accepted.length, uploads.length, requests.by_role.stream, requests.by_role.status]).toEqual([
      1,
      1,
      1,
      undefined,
    ]);
    expect(document.cost).toMatchObject({ billed_units: 1, unit_price_usd: 0.075 });
    expect(stderr).toContain('75 %');
    // The price route is not on its list; the table's price stands in.
    expect(refused.every((target) => target.includes('/models/pricing'))).toBe(true);
  });
});

test('Ctrl-C is passed on', async () => {
  const fal = await sandbox({ key: KEY, queueMs: 30_000 });
  const { url } = await officialProxy(fal, KEY);
  const stop = new AbortController();
  const running = editCat({ env: { FAL_PROXY_URL: url }, context, interrupt: stop.signal });
  while (fal.ledger().requests.by_role.stream === undefined) await sleep(5);
  stop.abort();
  const { code, document } = await running;
  expect([code, document.error?.details?.['cancel']]).toEqual([130, 'cancelled']);
  expect(fal.ledger().accepted[0]!.state).toBe('cancelled');
});

test.each([
  ['the key is wrong', 'wrong:key', { type: 'status', on: 'file', code: 404, after: 99 }, 4, 'no', 0],
  ['fal refuses the input', KEY, { type: 'status', on: 'result', code: 422 }, 1, 'maybe', 1],
  [
    'the answer of the submit is lost',
    KEY,
    { type: 'status', on: 'submit', code: 502, stream: 'downstream' },
    9,
    'maybe',
    1,
  ],
  ['the stream is missing', KEY, { type: 'status', on: 'stream', code: 404 }, 0, undefined, 1],
] as const)('%s', async (_, key, toxic, code, charged, accepted) => {
  const fal = await sandbox({ key: KEY, toxics: [toxic] });
  const { url } = await officialProxy(fal, key);
  const { document, ...result } = await editCat({ env: { FAL_PROXY_URL: url }, context });
  expect([result.code, document.error?.charged, fal.ledger().accepted.length]).toEqual([
    code,
    charged,
    accepted,
  ]);
});

test('a lost connection between proxy and fal: unknown, and one submit', async () => {
  const fal = await sandbox({ key: KEY, toxics: [{ type: 'reset_peer', on: 'submit' }] });
  const { url } = await officialProxy(fal, KEY);
  const { code, document } = await editCat({ env: { FAL_PROXY_URL: url }, context });
  expect([code, document.error?.charged, fal.ledger().accepted.length]).toEqual([9, 'maybe', 1]);
});
