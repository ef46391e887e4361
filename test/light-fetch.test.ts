/* Our fetch over real sockets: what arrives, and what comes back. */
import { setImmediate as turn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../src/light-fetch.js';
import { until } from './edit/harness.js';
import { httpServer, type Handler } from './fal/servers.js';

async function answering(handler: Handler) {
  return lightFetch((await httpServer(handler)).url);
}

describe('what arrives', () => {
  test.each([
    ['text', 'größe 🐱', 'größe 🐱'],
    ['bytes', new Uint8Array([104, 105]), 'hi'],
    ['a view into more bytes', Buffer.from('hidden hi').subarray(7), 'hi'],
    ['a Blob', new Blob(['a ', 'blob']), 'a blob'],
    ['an empty text', '', ''],
  ])('%s', async (_, body, arrived) => {
    const { url, visits } = await httpServer((_visit, response) => void response.end());
    const headers = { 'Content-Type': 'text/x-test', 'x-Own': 'one' };
    await lightFetch(`${url}/path?a=1`, { method: 'PUT', headers, body });
    expect(visits).toMatchObject([
      {
        method: 'PUT',
        target: '/path?a=1',
        body: arrived,
        headers: {
          'content-type': 'text/x-test',
          'x-own': 'one',
          'content-length': String(Buffer.byteLength(arrived)),
          'accept-encoding': 'identity',
        },
      },
    ]);
  });

  test('a GET without a body, unless told otherwise', async () => {
    const { url, visits } = await httpServer((_visit, response) => void response.end());
    await lightFetch(url);
    expect(visits[0]).toMatchObject({ method: 'GET', body: '' });
    expect(visits[0]!.headers).not.toHaveProperty('content-length');
    expect(visits[0]!.headers).not.toHaveProperty('transfer-encoding');
  });

  test.each(['not a url', 'ftp://127.0.0.1/'])('%j is refused', async (url) => {
    await expect(lightFetch(url)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('what comes back', () => {
  test('status, text of the status, headers in any spelling, repeated ones joined', async () => {
    const answer = await answering((_, response) => {
      response.statusMessage = 'Rather Odd';
      response.writeHead(418, { 'X-One': '1', 'X-Two': ['a', 'b'], 'Set-Cookie': ['c=1', 'd=2'] });
      response.end('tea');
    });
    expect([answer.status, answer.statusText, answer.ok]).toEqual([418, 'Rather Odd', false]);
    const names = ['x-one', 'X-ONE', 'x-two', 'set-cookie', 'absent'];
    expect(names.map((name) => answer.headers.get(name))).toEqual(['1', '1', 'a, b', 'c=1, d=2', null]);
    expect(await answer.text()).toBe('tea');
  });

  test.each([
    [200, true],
    [204, true],
    [299, true],
    [304, false],
    [500, false],
  ])('%i: ok is %j', async (status, ok) => {
    const answer = await answering((_, response) => void response.writeHead(status).end());
    expect([answer.ok, await answer.text()]).toEqual([ok, '']);
  });

  test.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const { url, visits } = await httpServer(
      (_visit, response) => void response.writeHead(status, { location: '/next' }).end('moved'),
    );
    const answer = await lightFetch(url, { method: 'POST', body: 'once' });
    expect([answer.status, answer.headers.get('location'), await answer.text()]).toEqual([
      status,
      '/next',
      'moved',
    ]);
    expect(visits).toHaveLength(1);
  });

  test('the body chunk by chunk, each as soon as it is there', async () => {
    let more = (): void => undefined;
    const answer = await answering(async (_, response) => {
      for (const part of ['one', 'two']) {
        response.write(part);
        await new Promise<void>((resolve) => (more = resolve));
      }
      response.end();
    });
    const reader = answer.body!.getReader();
    const next = async () => Buffer.from((await reader.read()).value ?? []).toString();
    // The server sends the second only when the first was read.
    expect(await next()).toBe('one');
    more();
    expect(await next()).toBe('two');
    more();
    expect(await reader.read()).toEqual({ done: true });
    expect(await reader.read()).toEqual({ done: true });
  });

  test('cancel hangs up', async () => {
    let hungUp = false;
    const answer = await answering((_, response) => {
      response.on('close', () => (hungUp = true));
      response.write('one');
    });
    const reader = answer.body!.getReader();
    await reader.read();
    await reader.cancel();
    await until(() => hungUp);
  });

  test.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (text: string) => text],
  ])('%s is unpacked, though it was not asked for', async (encoding, pack) => {
    const text = 'größe '.repeat(50_000);
    const answer = await answering(
      (_, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(pack(text)),
    );
    expect((await answer.text()) === text).toBe(true);
  });

  test('a head of 20 KB is read (fal-api.md 2.7)', async () => {
    const long = 'x'.repeat(20_000);
    const answer = await answering((_, response) => void response.writeHead(200, { 'x-long': long }).end());
    expect(answer.headers.get('x-long')).toBe(long);
  });

  test('one connection serves several requests', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await httpServer((_, response) => {
      ports.add(response.socket?.remotePort);
      response.end('answer');
    });
    for (let request = 0; request < 4; request++) {
      await (await lightFetch(url, { method: 'POST', body: 'x' })).text();
      // The connection is free again one turn after the last byte of the body.
      await turn();
    }
    expect(ports.size).toBe(1);
  });
});
