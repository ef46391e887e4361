import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { download } from '../../src/fal/download.js';
import { LOCAL, options, outcome, png, whole } from './downloads.js';
import { httpServer } from './servers.js';

test('a whole picture, asked for without the key and without compression', async () => {
  const { bytes, server } = await outcome((_, response) => whole(response));
  expect(bytes?.equals(png)).toBe(true);
  expect(server.visits).toHaveLength(1);
  const { headers } = server.visits[0]!;
  expect(headers['accept-encoding']).toBe('identity');
  expect(Object.keys(headers)).not.toContain('authorization');
  expect(JSON.stringify(headers)).not.toContain('secret');
});

test('compressed all the same: unpacked, and not counted against its length', async () => {
  const { gzipSync } = await import('node:zlib');
  const { bytes } = await outcome((_, response) => {
    const packed = gzipSync(png);
    const headers = { 'content-encoding': 'gzip', 'content-length': packed.length };
    response.writeHead(200, headers).end(packed);
  });
  expect(bytes?.equals(png)).toBe(true);
});

type Answer = (response: ServerResponse) => void;

describe('what comes and is no picture, or is refused, is asked for four times', () => {
  const cases: [string, Answer, says: RegExp][] = [
    ['cut, of unknown length', (response) => response.end(png.subarray(0, 5000)), /./],
    ['empty', (response) => response.writeHead(200, { 'content-length': 0 }).end(), /./],
    ['a page', (response) => response.end('<!doctype html><h1>Not here</h1>'), /./],
    ['404', (response) => response.writeHead(404).end(), /answered 404/],
    ['403', (response) => response.writeHead(403).end(), /answered 403/],
    ['204', (response) => response.writeHead(204).end(), /answered 204/],
    ['206', (response) => response.writeHead(206).end(png), /answered 206/],
    ['a redirect to nowhere', (response) => response.writeHead(302).end(), /answered 302/],
  ];
  test.each(cases)('%s', async (_, handler, says) => {
    const { message, server } = await outcome((__, response) => handler(response));
    expect(server.visits).toHaveLength(4);
    expect(message).toMatch(says);
  });

  test.each(cases)('%s three times, then fine', async (_, handler) => {
    const { bytes } = await outcome((__, response, turn) => (turn < 3 ? handler(response) : whole(response)));
    expect(bytes?.equals(png)).toBe(true);
  });
});

describe('redirects', () => {
  test.each([
    [0, true],
    [5, true],
    [6, false],
    [50, false],
  ])('%d of them: %s', async (count, fine) => {
    const { bytes, message, server } = await outcome(
      (visit, response) => {
        const turn = Number(visit.target.slice(1));
        if (turn < count) response.writeHead(302, { location: `/${turn + 1}` }).end();
        else whole(response);
      },
      {},
      '/0',
    );
    expect(bytes !== undefined).toBe(fine);
    if (!fine)
      expect([message, server.visits.length]).toEqual([expect.stringMatching(/more than 5 times/), 6]);
  });

  test.each([
    'file:///etc/passwd',
    'data:image/png;base64,AAAA',
    'ftp://127.0.0.1/a.png',
    'javascript:alert(1)',
    'blob:http://127.0.0.1/x',
    'http://user:pw@127.0.0.1/a.png',
    'https://user@example.com/a.png',
  ])('to %s: refused at once', async (location) => {
    const { message, server } = await outcome(
      (_, response) => void response.writeHead(302, { location }).end(),
    );
    expect([message, server.visits.length]).toEqual([expect.stringMatching(/not https/), 1]);
  });

  test('to something that is no address: refused at once', async () => {
    const { message, server } = await outcome(
      (_, response) => void response.writeHead(302, { location: 'http://[' }).end(),
    );
    expect([message, server.visits.length]).toEqual([expect.stringMatching(/invalid address/), 1]);
  });

  test('to http from https, when the proxy is elsewhere: refused', async () => {
    const asked: string[] = [];
    const far: typeof fetch = (input) => {
      asked.push(input as string);
      return Promise.resolve(
        new Response(null, { status: 302, headers: { location: 'http://example.com/' } }),
      );
    };
    const connection = { key: 'id:secret', proxyUrl: 'https://proxy.example.com/' };
    const fetching = download(
      'https://files.example.com/a.png',
      options({ connection, context: { ...options().context, fetch: far } }),
    );
    await expect(fetching).rejects.toThrow(/not https/);
    expect(asked).toEqual(['https://files.example.com/a.png']);
  });
});

describe('an address that is not asked at all', () => {
  test.each([
    ['http, without a proxy', undefined, 'http://127.0.0.1:1/a.png'],
    ['http, with a proxy elsewhere', 'https://proxy.example.com/', 'http://127.0.0.1:1/a.png'],
    ['http, with a proxy that looks local', 'http://127.0.0.1.evil.com/', 'http://127.0.0.1:1/a.png'],
    ['file', LOCAL.proxyUrl, 'file:///etc/passwd'],
    ['data', LOCAL.proxyUrl, 'data:image/png;base64,iVBORw0KGgo='],
    ['with credentials', LOCAL.proxyUrl, 'http://user:pw@127.0.0.1:1/a.png'],
    ['no address', LOCAL.proxyUrl, 'a.png'],
    ['empty', LOCAL.proxyUrl, ''],
  ])('%s', async (_, proxyUrl, url) => {
    let asked = 0;
    const counting: typeof fetch = () => {
      asked++;
      return Promise.resolve(new Response(new Uint8Array(png)));
    };
    const fetching = download(
      url,
      options({
        connection: { key: undefined, proxyUrl },
        context: { ...options().context, fetch: counting },
      }),
    );
    await expect(fetching).rejects.toThrow(/not https/);
    expect(asked).toBe(0);
  });
});

describe('more than 100 MB', () => {
  const MB = 1024 * 1024;

  test('by its header: refused before it comes', async () => {
    const { message, server } = await outcome((_, response) => {
      response.writeHead(200, { 'content-length': 100 * MB + 1 });
      response.write('a');
    });
    expect([message, server.visits.length]).toEqual([expect.stringMatching(/larger than 100 MB/), 1]);
  });

  test('by what comes: cut off', async () => {
    let pulled = 0;
    const endless: typeof fetch = () =>
      Promise.resolve(
        new Response(
          new ReadableStream<Uint8Array>({
            pull: (controller) => {
              pulled++;
              controller.enqueue(new Uint8Array(20 * MB));
            },
          }),
        ),
      );
    const fetching = download(
      'https://example.com/a.png',
      options({ context: { ...options().context, fetch: endless } }),
    );
    await expect(fetching).rejects.toThrow(/larger than 100 MB/);
    expect(pulled).toBeLessThan(10);
  });
});

test('an abort ends it with its reason, also between two tries', async () => {
  const stop = new AbortController();
  const reason = new FalEditError('temporary', 'enough');
  const server = await httpServer((_, response, turn) => {
    if (turn === 1) stop.abort(reason);
    response.writeHead(503).end();
  });
  await expect(download(`${server.url}/a.png`, options({ signal: stop.signal }))).rejects.toBe(reason);
  expect(server.visits).toHaveLength(2);
});
