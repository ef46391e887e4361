/* A batch that cannot reach fal: what was not sent is not unknown, and what every row would meet stops the batch. */
import { expect, test } from 'vitest';
import { openFetch } from '../../../src/light-fetch.js';
import { tcpServer } from '../../fal/servers.js';
import { certificate } from '../../support/certificates.js';
import { connectProxy, httpsServer } from '../../support/tls-servers.js';
import { batchScene, jsonl, summaryIn } from './scene.js';

const ROWS = jsonl(
  ...Array.from({ length: 30 }, (_, row) => ({
    id: `r${row}`,
    image: 'https://example.com/a.png',
    prompt: 'x',
  })),
);

test.each([
  [
    'a certificate that nobody knows',
    async () => {
      const server = await httpsServer(certificate({ hosts: ['fal.test'] }));
      const proxy = await connectProxy({ routes: { 'fal.test:443': server.port } });
      return { https_proxy: proxy.url };
    },
    /is not trusted/,
  ],
  [
    'a handshake that is cut',
    async () => {
      const { port } = await tcpServer((socket) => socket.once('data', () => socket.destroy()));
      return { https_proxy: (await connectProxy({ routes: { 'fal.test:443': port } })).url };
    },
    /connection was reset/,
  ],
  [
    'a proxy that wants a password',
    async () => ({ https_proxy: (await connectProxy({ routes: {}, password: 'a:b' })).url }),
    /407/,
  ],
])('%s stops the batch at once', async (_, environment, says) => {
  const scene = await batchScene({ 'rows.jsonl': ROWS });
  const env = { FAL_PROXY_URL: 'https://fal.test/proxy', FAL_KEY: 'a:b', ...(await environment()) };
  const context = { fetch: openFetch(env), sleep: () => Promise.resolve() };
  const result = await scene.run(['rows.jsonl', '--out-dir', 'out', '--concurrency', '3'], { env, context });
  expect([result.code, result.stderr]).toEqual([7, expect.stringMatching(says)]);
  const { states, charged } = (await summaryIn(scene)) as unknown as {
    states: Record<string, number>;
    charged?: string;
  };
  expect(states).toMatchObject({ unknown: 0, done: 0 });
  expect(states['pending']).toBeGreaterThan(20);
  expect(charged ?? 'no').toBe('no');
});
