/*
 * Which failures prove that nothing was sent, over real sockets. The proof is where the failure happens, never its
 * code: a reset in the handshake and one after it look the same.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../src/errors/error.js';
import { describeTrouble, isLasting, reachHint } from '../src/fal/trouble.js';
import { openFetch, type Fetch, type FetchInit } from '../src/light-fetch.js';
import { NotSentError, type ConnectPhase } from '../src/sockets.js';
import { closedPort, httpServer, tcpServer } from './fal/servers.js';
import { authority, certificate } from './support/certificates.js';
import { httpsServer, wiretap } from './support/tls-servers.js';

const SECRET = '{"prompt":"only for fal"}';
const CA = authority();
const SERVER = certificate({ hosts: ['localhost', '127.0.0.1'], by: CA });
const trusting = openFetch({}, { ca: CA.cert, connectMs: 2_000 });
const hasty = openFetch({}, { ca: CA.cert, connectMs: 150 });

async function post(fetch: Fetch, url: string, init: FetchInit = {}): Promise<unknown> {
  try {
    const answer = await fetch(url, { method: 'POST', body: SECRET, ...init });
    return expect.fail(`it answered: ${await answer.text()}`);
  } catch (error) {
    return error;
  }
}

const at = async (server: Promise<{ port: number }>, scheme = 'https'): Promise<string> =>
  `${scheme}://127.0.0.1:${(await server).port}/`;

const onFirst = (act: (socket: Socket) => void) =>
  tcpServer((socket) => socket.once('data', () => act(socket)));

/** Answers the ClientHello with the first bytes of a handshake record, and cuts. */
const HALF_A_RECORD = Buffer.from([0x16, 0x03, 0x03, 0x00, 0x7a, 0x02, 0x00]);

const UNSENT: [name: string, fail: () => Promise<unknown>, phase: ConnectPhase, code: RegExp][] = [
  ['no URL', () => post(trusting, 'nowhere'), 'start', /^ERR_INVALID_URL$/],
  ['refused', async () => post(trusting, `http://127.0.0.1:${await closedPort()}/`), 'connect', /REFUSED/],
  [
    'refused on every address of a name',
    async () => post(trusting, `http://localhost:${await closedPort()}/`),
    ...(['connect', /REFUSED/] as const),
  ],
  ['a name that does not exist', () => post(trusting, 'https://fal.invalid/'), 'connect', /^E(NOT|AI)/],
  [
    'cut at the first byte of the handshake',
    async () => post(trusting, await at(onFirst((socket) => socket.resetAndDestroy()))),
    ...(['tls', /^ECONNRESET$/] as const),
  ],
  [
    'cut in the middle of the handshake',
    async () => post(trusting, await at(onFirst((socket) => socket.end(HALF_A_RECORD)))),
    ...(['tls', /^ECONNRESET$/] as const),
  ],
  [
    'a handshake that nobody answers',
    async () => post(hasty, await at(tcpServer(() => undefined))),
    ...(['tls', /^ETIMEDOUT$/] as const),
  ],
  [
    'a handshake that drips',
    async () => post(hasty, await at(onFirst((socket) => void socket.write(HALF_A_RECORD.subarray(0, 3))))),
    ...(['tls', /^ETIMEDOUT$/] as const),
  ],
  [
    'plain HTTP where TLS is due',
    async () => post(trusting, await at(onFirst((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))),
    ...(['tls', /^(EPROTO|ERR_SSL_\w+)$/] as const),
  ],
];

describe('not sent', () => {
  test.each(UNSENT)('%s', async (_, fail, phase, code) => {
    const error = await fail();
    expect(error).toBeInstanceOf(NotSentError);
    expect(error).toMatchObject({ message: 'fetch failed', phase });
    expect(codeOf(error)).toMatch(code);
    expect(describeTrouble(error)).not.toMatch(/fetch failed|^Error/);
    expect(isLasting(error)).toBe(false);
  });

  test.each([
    ['nobody vouches for', certificate({ hosts: ['localhost', '127.0.0.1'] }), 'is not trusted', 'CA_CERTS'],
    [
      'an unknown CA vouches for',
      certificate({ hosts: ['127.0.0.1'], by: authority('Unknown CA') }),
      ...['is not trusted', 'CA_CERTS'],
    ],
    [
      'that has expired',
      certificate({ hosts: ['127.0.0.1'], by: CA, from: new Date(0), until: new Date(1e12) }),
      ...['has expired', 'date'],
    ],
    [
      'that is not valid yet',
      certificate({
        hosts: ['127.0.0.1'],
        by: CA,
        from: new Date('2090-01-01'),
        until: new Date('2091-01-01'),
      }),
      ...['is not valid yet', 'date'],
    ],
    ['for another host', certificate({ hosts: ['fal.run'], by: CA }), 'is for another host', 'CA_CERTS'],
  ])('a certificate %s', async (_, own, words, hint) => {
    const server = await httpsServer(own);
    const tap = await wiretap(server.port);
    const error = await post(trusting, await at(Promise.resolve(tap)));
    expect(error).toBeInstanceOf(NotSentError);
    expect(error).toMatchObject({ phase: 'tls' });
    expect(describeTrouble(error)).toContain(`the certificate of 127.0.0.1:${tap.port} ${words}`);
    expect(reachHint(error)).toContain(hint);
    expect(isLasting(error)).toBe(true);
    // On the wire: not even encrypted was it there. After its ClientHello a client sends at most a few short records.
    await sleep(50);
    expect(server.requests).toEqual([]);
    expect(applicationRecords(tap.sent())).toBe(0);
  });

  test('while it connects, Ctrl-C', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const server = tcpServer((socket) => socket.once('data', () => stop.abort(reason)));
    const error = await post(trusting, await at(server), { signal: stop.signal });
    expect(error).toBeInstanceOf(NotSentError);
    expect(error).toMatchObject({ cause: reason });
  });
});

describe('perhaps sent', () => {
  const HALF = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"request';
  const cut = ({ socket }: { socket: Socket }): void => void socket.destroy();

  test.each<[name: string, fail: () => Promise<unknown>]>([
    [
      'RST after the body',
      async () =>
        post(
          trusting,
          await at(
            onFirst((s) => s.resetAndDestroy()),
            'http',
          ),
        ),
    ],
    [
      'FIN after the body',
      async () =>
        post(
          trusting,
          await at(
            onFirst((s) => s.end()),
            'http',
          ),
        ),
    ],
    [
      'FIN before it was read',
      async () =>
        post(
          trusting,
          await at(
            tcpServer((s) => s.end()),
            'http',
          ),
        ),
    ],
    [
      'half an answer',
      async () =>
        post(
          trusting,
          await at(
            onFirst((s) => s.end(HALF)),
            'http',
          ),
        ),
    ],
    [
      'no HTTP',
      async () =>
        post(
          trusting,
          await at(
            tcpServer((s) => s.end('SSH-2.0\r\n')),
            'http',
          ),
        ),
    ],
    [
      'a timeout',
      async () =>
        post(
          trusting,
          await at(
            tcpServer(() => undefined),
            'http',
          ),
          { signal: AbortSignal.timeout(50) },
        ),
    ],
    ['a reset after the handshake', async () => post(trusting, await at(httpsServer(SERVER, cut)))],
  ])('%s', async (_, fail) => {
    const error = await fail();
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(NotSentError);
    expect(isLasting(error)).toBe(false);
  });

  test('a kept-alive connection that fails', async () => {
    const { url, visits } = await httpServer((_, response, turn) => {
      if (turn === 0) response.end('first');
      else response.socket?.resetAndDestroy();
    });
    expect(await (await trusting(url)).text()).toBe('first');
    await sleep(5);
    const error = await post(trusting, url);
    expect(error).not.toBeInstanceOf(NotSentError);
    expect(codeOf(error)).toBe('ECONNRESET');
    expect(visits).toHaveLength(2);
  });
});

test('a body goes out once, after the handshake', async () => {
  let body = '';
  const server = await httpsServer(SERVER, (request, response) => {
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => void response.end('taken'));
  });
  const answer = await trusting(await at(Promise.resolve(server)), { method: 'POST', body: SECRET });
  expect([await answer.text(), body, server.requests]).toEqual(['taken', SECRET, ['POST /']]);
});

/** TLS records of type "application data" beyond those that the handshake of TLS 1.3 disguises as such. */
function applicationRecords(sent: Buffer): number {
  let records = 0;
  for (let offset = 0; offset + 5 <= sent.length; offset += 5 + sent.readUInt16BE(offset + 3)) {
    // The client's Finished is 32 + 4 bytes, with tag and inner type 53; an alert 19.
    if (sent[offset] === 0x17 && sent.readUInt16BE(offset + 3) > 75) records++;
  }
  return records;
}
