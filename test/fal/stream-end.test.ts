/* What becomes of the connection when the status stream is over. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { dependableStatusStream } from '../../src/fal/queue/status-stream.js';
import { lightFetch } from '../../src/light-fetch.js';
import { httpServer } from './servers.js';

const DONE = 'data: {"status":"COMPLETED"}\n\n';

/** Follows requests one after the other, all of them done at once; returns the connections that they came by. */
async function followed(times: number, end: 'in order' | 'never'): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const server = await httpServer((_, response) => {
    sockets.push(response.socket!);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(DONE);
    if (end === 'in order') setTimeout(() => response.end(), 5);
  });
  for (let time = 0; time < times; time++) {
    const answer = dependableStatusStream({
      openStream: (stop) => lightFetch(server.url, { signal: stop }),
      poll: () => Promise.reject(new Error('nobody polls')),
      timing: {
        now: () => 0,
        random: () => 0,
        sleep: (_, stop) =>
          new Promise((__, reject) => stop?.addEventListener('abort', () => reject(new Error('over')))),
      },
      signal: new AbortController().signal,
      requestId: 'r1',
    });
    expect(await answer.text()).toBe('data: {"status":"COMPLETED","logs":[]}\n\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return sockets;
}

test('one that fal has closed in order is used again', async () => {
  expect(new Set(await followed(3, 'in order')).size).toBe(1);
});

test('one that does not end is hung up soon, and nobody has waited for that', async () => {
  const [socket] = await followed(1, 'never');
  expect(socket?.destroyed).toBe(false);
  await expect.poll(() => socket?.destroyed, { timeout: 10_000 }).toBe(true);
});
