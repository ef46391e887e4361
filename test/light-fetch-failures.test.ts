/* Our fetch over real sockets: how each way to fail is told. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { codeOf } from '../src/errors/error.js';
import { lightFetch } from '../src/light-fetch.js';
import { NotSentError } from '../src/sockets.js';
import { until } from './edit/harness.js';
import { closedPort, httpServer, tcpServer } from './fal/servers.js';

const at = (port: number): string => `http://127.0.0.1:${port}/`;

/** Asks a server that does that with its first connection, once the request is there. */
async function askSocket(onRequest: (socket: Socket) => void, signal?: AbortSignal) {
  const { port } = await tcpServer((socket) => socket.once('data', () => onRequest(socket)));
  return lightFetch(at(port), signal === undefined ? {} : { signal });
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('an abort fails with its own reason', () => {
  const reason = new Error('enough');

  test('before: nothing is sent', async () => {
    const { url, visits } = await httpServer((_, response) => void response.end());
    const failure = await failureOf(lightFetch(url, { signal: AbortSignal.abort(reason) }));
    expect(failure).toBeInstanceOf(NotSentError);
    expect(failure).toMatchObject({ cause: reason });
    expect(visits).toEqual([]);
  });

  test.each([
    ['text', 'once'],
    ['a Blob', new Blob(['once'])],
    ['nothing', undefined],
  ])('while %s is made ready: nothing is sent', async (_, body) => {
    const { url, visits } = await httpServer((_visit, response) => void response.end());
    const stop = new AbortController();
    const asked = lightFetch(url, {
      method: 'POST',
      signal: stop.signal,
      ...(body === undefined ? {} : { body }),
    });
    stop.abort(reason);
    const failure = await failureOf(asked);
    expect(failure).toBeInstanceOf(NotSentError);
    expect(failure).toMatchObject({ cause: reason });
    // What had been sent would have come before this.
    await lightFetch(`${url}/later`);
    expect(visits.map(({ target }) => target)).toEqual(['/later']);
  });

  test('while nothing comes back', async () => {
    const stop = new AbortController();
    let hungUp = false;
    const asked = askSocket((socket) => {
      socket.on('end', () => (hungUp = true));
      stop.abort(reason);
    }, stop.signal);
    expect(await failureOf(asked)).toBe(reason);
    await until(() => hungUp);
  });

  test.each([
    ['as it is', 'identity', Buffer.from('one')],
    ['compressed', 'gzip', gzipSync('one'.repeat(100)).subarray(0, 12)],
  ])('within the body, %s', async (_, encoding, start) => {
    const stop = new AbortController();
    const { url } = await httpServer((_visit, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).write(start);
    });
    const answer = await lightFetch(url, { signal: stop.signal });
    const reading = answer.text();
    stop.abort(reason);
    expect(await failureOf(reading)).toBe(reason);
  });

  test('after all was read: nobody listens to the signal any more', async () => {
    const stop = new AbortController();
    const forgotten = vi.spyOn(stop.signal, 'removeEventListener');
    const { url } = await httpServer((_, response) => void response.end('all'));
    const answer = await lightFetch(url, { signal: stop.signal });
    expect(await answer.text()).toBe('all');
    await until(() => forgotten.mock.calls.length > 0);
    stop.abort(reason);
  });
});

describe('trouble is a TypeError "fetch failed" with the cause', () => {
  const cut = (socket: Socket): void => void socket.resetAndDestroy();

  test.each<[string, () => Promise<unknown>, { code: string | RegExp; syscall?: string }]>([
    ['refused', async () => lightFetch(at(await closedPort())), { code: 'ECONNREFUSED', syscall: 'connect' }],
    [
      'no such host',
      () => lightFetch('http://fal-edit.invalid/'),
      { code: /^(ENOTFOUND|EAI_AGAIN)$/, syscall: 'getaddrinfo' },
    ],
    ['reset', () => askSocket(cut), { code: 'ECONNRESET' }],
    ['closed without an answer', () => askSocket((socket) => void socket.end()), { code: 'ECONNRESET' }],
    ['no HTTP', () => askSocket((socket) => void socket.end('hello\r\n\r\n')), { code: /^HPE_/ }],
    [
      'a head that ends in the middle',
      () => askSocket((socket) => void socket.end('HTTP/1.1 200 OK\r\nx-a: ')),
      { code: /^(ECONNRESET|HPE_\w+)$/ },
    ],
    [
      'a head of 80 KB',
      () => askSocket((socket) => void socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(80_000)}\r\n\r\n`)),
      { code: 'HPE_HEADER_OVERFLOW' },
    ],
  ])('%s', async (_, ask, { code, syscall }) => {
    const failure = await failureOf(ask());
    expect(failure).toBeInstanceOf(TypeError);
    expect(failure).toMatchObject({ message: 'fetch failed', cause: expect.any(Error) });
    expect(codeOf(failure)).toMatch(code);
    if (syscall !== undefined) expect(failure).toMatchObject({ cause: { syscall } });
  });

  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n';
  const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  const PACKED = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n';

  test.each<[string, (socket: Socket) => void]>([
    ['a body that is cut short by FIN', (socket) => void socket.end(`${HEAD}half`)],
    ['a body that is cut short by RST', (socket) => void socket.write(`${HEAD}half`, () => cut(socket))],
    ['chunks without an end', (socket) => void socket.end(`${CHUNKED}4\r\nhalf\r\n`)],
    [
      'gzip that is cut short',
      (socket) =>
        void socket.end(Buffer.concat([Buffer.from(PACKED), gzipSync('whole'.repeat(99)).subarray(0, 15)])),
    ],
    ['what is no gzip', (socket) => void socket.end(`${PACKED}no gzip at all`)],
  ])('%s', async (_, onRequest) => {
    const failure = await failureOf(askSocket(onRequest).then((answer) => answer.text()));
    expect(failure).toBeInstanceOf(TypeError);
    expect(failure).toMatchObject({ message: 'fetch failed', cause: expect.any(Error) });
    expect(codeOf(failure)).toBeDefined();
  });

  test.each([
    ['plain', HEAD],
    ['compressed', PACKED],
  ])('a body that nobody reads may fail unheard (%s)', async (_, head) => {
    const unheard: unknown[] = [];
    const listen = (error: unknown): void => void unheard.push(error);
    for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, listen);
    onTestFinished(() => {
      for (const event of ['uncaughtException', 'unhandledRejection']) process.off(event, listen);
    });
    let socket: Socket | undefined;
    const answer = await askSocket((open) => void (socket = open).write(`${head}half`));
    expect(answer.status).toBe(200);
    const closed = once(socket!, 'close');
    socket!.resetAndDestroy();
    await closed;
    // The client hears of it a few turns later.
    for (let wait = 0; wait < 50; wait++) await turn();
    expect(unheard).toEqual([]);
  });
});

/** A port that takes no connection and refuses none: its process is stopped, and its queue is full. */
async function deafPort(): Promise<number> {
  const server =
    "const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(s.address().port))";
  const child = fork('-e', [server], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  child.kill('SIGSTOP');
  for (let free = true; free;) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await Promise.race([once(socket, 'connect'), sleep(100)]);
    free = !socket.connecting;
  }
  return port;
}

test.skipIf(process.platform !== 'linux')(
  'a host that takes no connection is given up after 10 s',
  async () => {
    const port = await deafPort();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const failure = failureOf(lightFetch(at(port)));
    while (vi.getTimerCount() === 0) await turn();
    vi.advanceTimersByTime(10_000);
    expect(await failure).toMatchObject({ message: 'fetch failed' });
    expect(await failure).toBeInstanceOf(NotSentError);
    expect(await failure).toMatchObject({ phase: 'connect', cause: { code: 'ETIMEDOUT' } });
  },
);
