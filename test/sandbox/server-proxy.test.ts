import { createAdaptorServer } from '@hono/node-server';
import { createFalClient } from '@fal-ai/client';
import { createRouteHandler } from '@fal-ai/server-proxy/hono';
import { Hono } from 'hono';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { GENERAL, quickSandbox } from './fal.js';

afterEach(() => vi.unstubAllGlobals());

test.each(['polling', 'streaming'] as const)("client, fal's own proxy, sandbox: %s", async (mode) => {
  const sandbox = await quickSandbox({ key: 'id:secret' });
  const real = fetch;
  // The proxy calls fal by its real name: this is the network's way to the sandbox.
  vi.stubGlobal('fetch', (url: string | URL, init: RequestInit = {}) => {
    if (!/^https:\/\/[a-z.]*fal\.(run|ai)\//.test(String(url))) return real(url, init);
    const headers = new Headers(init.headers);
    headers.set('x-fal-target-url', String(url));
    return real(sandbox.proxyUrl, { ...init, headers });
  });
  const app = new Hono();
  app.all('/fal', createRouteHandler({ resolveFalAuth: () => Promise.resolve('Key id:secret') }) as never);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fal`;
    const fal = createFalClient({ proxyUrl: { url, when: 'always' }, fetch: real });
    const image_url = new Blob([readFileSync('examples/rocket.jpg')], { type: 'image/jpeg' });
    const result = await fal.subscribe(GENERAL, {
      input: { prompt: 'x', image_url },
      mode,
      pollInterval: 10,
    });
    expect(result.data.images[0]).toMatchObject({ width: 640, height: 427 });
    expect(sandbox.ledger()).toMatchObject({ charges: 1, unhandled: [] });
    expect(sandbox.ledger().requests.by_role[mode === 'streaming' ? 'stream' : 'status']).toBeGreaterThan(0);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
