import { describe, expect, test } from 'vitest';
import { lightFetch } from '../../src/light-fetch.js';
import { transportOf } from '../../src/errors.js';
import { backoffMs } from '../../src/fal/backoff.js';
import { describeTrouble, retryAfterMs, wasNotSent } from '../../src/fal/trouble.js';
import { answerOf } from './answer-of.js';
import { closedPort, tcpServer } from './servers.js';

describe('wasNotSent, by errors of real sockets', () => {
  const post = async (url: string, signal?: AbortSignal): Promise<unknown> => {
    try {
      const init = { method: 'POST', body: '{"prompt":"x"}', ...(signal === undefined ? {} : { signal }) };
      return new Error(`it answered: ${await (await lightFetch(url, init)).text()}`);
    } catch (error) {
      return error;
    }
  };
  const at = async (server: Promise<{ port: number }>, scheme = 'http') =>
    `${scheme}://127.0.0.1:${(await server).port}/`;

  const HALF = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"request';
  const cases: [name: string, fail: () => Promise<unknown>, notSent: boolean][] = [
    ['refused', async () => post(`http://127.0.0.1:${await closedPort()}/`), true],
    ['refused on every address of a name', async () => post(`http://localhost:${await closedPort()}/`), true],
    ['a name that does not exist', () => post('http://fal.invalid/'), true],
    ['a port that fetch refuses', () => post('http://127.0.0.1:9/'), true],
    [
      'RST after the body',
      async () => post(await at(tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())))),
      false,
    ],
    [
      'FIN after the body',
      async () => post(await at(tcpServer((socket) => socket.once('data', () => socket.end())))),
      false,
    ],
    ['FIN before it was read', async () => post(await at(tcpServer((socket) => socket.end()))), false],
    [
      'half an answer',
      async () => post(await at(tcpServer((socket) => socket.once('data', () => socket.end(HALF))))),
      false,
    ],
    [
      'an answer that is no HTTP',
      async () => post(await at(tcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')))),
      false,
    ],
    [
      'TLS garbage',
      async () =>
        post(
          await at(
            tcpServer((socket) => socket.end('garbage\r\n\r\n')),
            'https',
          ),
        ),
      false,
    ],
    [
      'RST in the TLS handshake',
      async () =>
        post(
          await at(
            tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
            'https',
          ),
        ),
      false,
    ],
    ['a timeout', async () => post(await at(tcpServer(() => undefined)), AbortSignal.timeout(30)), false],
    [
      'an abort before it began',
      async () => post(await at(tcpServer(() => undefined)), AbortSignal.abort()),
      false,
    ],
  ];
  test.each(cases)('%s', async (_, fail, notSent) => {
    const error = await fail();
    expect((error as Error).message).not.toMatch(/^it answered/);
    expect(wasNotSent(error), JSON.stringify(transportOf(error))).toBe(notSent);
    expect(describeTrouble(error)).not.toBe('');
  });

  const made = (code: string, syscall?: string) =>
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code, syscall }) });
  test.each([
    ['reset while connecting', made('ECONNRESET', 'connect'), true],
    ['connect timeout of the system', made('ETIMEDOUT', 'connect'), true],
    ['connect timeout of undici', made('UND_ERR_CONNECT_TIMEOUT'), true],
    ['name service', made('EAI_AGAIN', 'getaddrinfo'), true],
    ['no route', made('EHOSTUNREACH', 'connect'), true],
    ['reset while reading', made('ECONNRESET', 'read'), false],
    ['broken pipe', made('EPIPE', 'write'), false],
    ['timed out while reading', made('ETIMEDOUT', 'read'), false],
    ['headers timeout', made('UND_ERR_HEADERS_TIMEOUT'), false],
    ['no cause', new TypeError('fetch failed'), false],
    ['no error', 'connect', false],
    ['undefined', undefined, false],
  ])('%s', (_, error, notSent) => expect(wasNotSent(error)).toBe(notSent));

  test('of several addresses, one was spoken to', () => {
    const tried = [made('ECONNREFUSED', 'connect'), made('ECONNRESET', 'read')];
    expect(wasNotSent(new TypeError('fetch failed', { cause: new AggregateError(tried) }))).toBe(false);
    expect(wasNotSent(new TypeError('fetch failed', { cause: new AggregateError([]) }))).toBe(false);
  });
});

describe('describeTrouble', () => {
  test.each([
    [answerOf(502, '<html><h1>Bad Gateway'), 'fal answered 502 with an HTML page'],
    [answerOf(502, 'upstream error'), 'fal answered 502 with something that is not JSON'],
    [answerOf(503, '{}'), 'fal answered 503'],
    [new TypeError('fetch failed', { cause: new Error('other side closed') }), 'other side closed'],
    [new Error(''), 'Error'],
    [undefined, 'undefined'],
  ])('%#', (trouble, words) => expect(describeTrouble(trouble)).toBe(words));
});

test.each([
  ['5', 5000],
  [' 0.5 ', 500],
  ['0', 0],
  ['Thu, 01 Oct 2026 00:00:10 GMT', 10_000],
  ['Wed, 30 Sep 2026 00:00:00 GMT', 0],
  ['Thu, 01 Oct 2099 00:00:00 GMT', 2 ** 31 - 1],
  ['99999999999', 2 ** 31 - 1],
  ['', undefined],
  ['soon', undefined],
  ['-5', undefined],
  [undefined, undefined],
])('retryAfterMs %j: %s', (value, ms) => {
  const headers = new Headers(value === undefined ? {} : { 'retry-after': value });
  // Date.parse takes "-5" for a year; what comes of it is a wait of none.
  expect(retryAfterMs(headers, Date.UTC(2026, 9, 1)) ?? undefined).toBe(value === '-5' ? 0 : ms);
});

test('backoffMs doubles from a quarter of a second to five, and takes off up to a half', () => {
  const range = [0, 1, 2, 3, 4, 5, 50].map((attempt) => [
    backoffMs(attempt, () => 0),
    backoffMs(attempt, () => 1),
  ]);
  expect(range).toEqual([
    [125, 250],
    [250, 500],
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [2500, 5000],
    [2500, 5000],
  ]);
});
