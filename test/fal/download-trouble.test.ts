/* Trouble on the way to a picture that is paid for: it is waited out. */
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { download, type DownloadOptions } from '../../src/fal/download.js';
import { lightFetch } from '../../src/light-fetch.js';
import { options, outcome, png, whole } from './downloads.js';
import { httpServer } from './servers.js';

type Answer = (response: ServerResponse) => void;

describe('trouble on the way is waited out until the signal', () => {
  const cases: [string, Answer][] = [
    [
      'cut by FIN',
      (response) => {
        response.writeHead(200, { 'content-length': png.length });
        response.write(png.subarray(0, 5000), () => response.socket?.end());
      },
    ],
    [
      'cut by RST',
      (response) => {
        response.writeHead(200, { 'content-length': png.length });
        response.write(png.subarray(0, 5000), () => setTimeout(() => response.socket?.resetAndDestroy(), 10));
      },
    ],
    ['reset at once', (response) => response.socket?.resetAndDestroy()],
    ['408', (response) => response.writeHead(408).end()],
    ['429', (response) => response.writeHead(429).end()],
    ['500', (response) => response.writeHead(500).end('no')],
    ['502 with a page', (response) => response.writeHead(502).end('<!doctype html><h1>Bad gateway</h1>')],
  ];
  test.each(cases)('%s: twelve times, then fine', async (_, handler) => {
    const { bytes, server } = await outcome((__, response, turn) =>
      turn < 12 ? handler(response) : whole(response),
    );
    expect(bytes?.equals(png)).toBe(true);
    expect(server.visits).toHaveLength(13);
  });

  test.each(cases)('%s for ever: the signal ends it, with its reason', async (_, handler) => {
    const stop = new AbortController();
    const reason = new FalEditError('temporary', 'enough');
    const server = await httpServer((__, response, turn) => {
      if (turn === 6) stop.abort(reason);
      handler(response);
    });
    await expect(download(`${server.url}/a.png`, options({ signal: stop.signal }))).rejects.toBe(reason);
    expect(server.visits).toHaveLength(7);
  });

  test('a connection that is refused, and a name that is not found', async () => {
    const codes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNREFUSED'];
    const waits: number[] = [];
    const far: DownloadOptions['context']['fetch'] = (url, init) => {
      const code = codes.shift();
      const cause = Object.assign(new Error('the system says no'), { code });
      return code === undefined
        ? lightFetch(url, init)
        : Promise.reject(new TypeError('fetch failed', { cause }));
    };
    const sleep = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    const { bytes } = await outcome((_, response) => whole(response), {
      context: { ...options().context, fetch: far, sleep },
    });
    expect(bytes?.equals(png)).toBe(true);
    // Half of each, as the dice say 0.
    expect(waits).toEqual([125, 250, 500, 1000, 2000, 2500]);
  });

  test('trouble in between does not use up the tries at what is no picture', async () => {
    const { message, server } = await outcome((_, response, turn) => {
      response.writeHead(turn % 3 === 2 ? 404 : 503).end();
    });
    expect(message).toMatch(/answered 404/);
    expect(server.visits).toHaveLength(12);
  });

  test.each([
    [429, '7', 7000],
    [503, '0', 0],
    [503, 'Thu, 01 Jan 1970 00:00:09 GMT', 9000],
  ])('%d with Retry-After: %s', async (status, after, expected) => {
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    const { bytes } = await outcome(
      (_, response, turn) => {
        if (turn === 0) response.writeHead(status, { 'retry-after': after }).end();
        else whole(response);
      },
      { context: { ...options().context, sleep } },
    );
    expect(bytes?.equals(png)).toBe(true);
    expect(waits).toEqual([expected]);
  });
});
