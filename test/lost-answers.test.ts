/*
 * The promise that matters most: one edit is paid for at most once. Each case loses the answer of the submit in
 * another way, over real sockets, and the sandbox's ledger says how often fal took the edit.
 */
import { createFalClient } from '@fal-ai/client';
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../src/light-fetch.js';
import { startSandbox } from '../src/sandbox/server.js';
import type { Toxic } from '../src/sandbox/toxics.js';
import { editCat, editCatByLibrary, leftIn } from './edit/harness.js';
import { closedPort, front, isSubmit, sendJson, tcpServer } from './fal/servers.js';
import { sandbox } from './support/sandbox.js';

interface Outcome {
  code: number;
  kind: string | undefined;
  charged: string | undefined;
  /** What fal took. */
  accepted: number;
  /** How often the submit was sent. */
  posts: number;
}

const DONE: Outcome = { code: 0, kind: undefined, charged: undefined, accepted: 1, posts: 1 };
const UNKNOWN: Outcome = { code: 9, kind: 'unknown', charged: 'maybe', accepted: 1, posts: 1 };
const UNKNOWN_UNTAKEN: Outcome = { ...UNKNOWN, accepted: 0 };
const on = 'submit';

const CASES: [name: string, toxic: Toxic, outcome: Outcome][] = [
  ['reset before the acceptance', { type: 'reset_peer', on, stream: 'upstream' }, UNKNOWN_UNTAKEN],
  ['reset after the acceptance', { type: 'reset_peer', on }, UNKNOWN],
  ['closed before the acceptance', { type: 'fin', on, stream: 'upstream' }, UNKNOWN_UNTAKEN],
  ['closed after the acceptance', { type: 'fin', on }, UNKNOWN],
  ['closed a while after it', { type: 'slow_close', on, delay: 30 }, UNKNOWN],
  ['half of a 200, then closed', { type: 'limit_data', on, fraction: 0.5 }, UNKNOWN],
  ['a tenth of a 200, then reset', { type: 'reset_peer', on, at: 20 }, UNKNOWN],
  ['500 after it', { type: 'status', on, code: 500, stream: 'downstream' }, UNKNOWN],
  ['502 after it', { type: 'status', on, code: 502, stream: 'downstream' }, UNKNOWN],
  ['502 after it, in HTML', { type: 'status', on, code: 502, html: true, stream: 'downstream' }, UNKNOWN],
  ['503 after it', { type: 'status', on, code: 503, stream: 'downstream' }, UNKNOWN],
  ['504 after it', { type: 'status', on, code: 504, stream: 'downstream' }, UNKNOWN],
  ['408 after it', { type: 'status', on, code: 408, stream: 'downstream' }, UNKNOWN],
  ['499 after it', { type: 'status', on, code: 499, stream: 'downstream' }, UNKNOWN],
  ['503 before it', { type: 'status', on, code: 503 }, UNKNOWN_UNTAKEN],
  ['a page instead of an answer', { type: 'html', on, stream: 'downstream' }, UNKNOWN],
  ['a page before the acceptance', { type: 'html', on }, UNKNOWN_UNTAKEN],
  ['half a JSON text', { type: 'garbage', on }, UNKNOWN],
  ['429 twice, then taken', { type: 'status', on, code: 429, times: 2 }, { ...DONE, posts: 3 }],
  [
    '429 for ever',
    { type: 'status', on, code: 429 },
    { code: 7, kind: 'temporary', charged: 'no', accepted: 0, posts: 5 },
  ],
  ['a slow answer', { type: 'latency', on, latency: 300 }, DONE],
];

describe.each(CASES)('%s', (_, toxic, expected) => {
  test('the program', async () => {
    const fal = await sandbox({ toxics: [toxic] });
    const { code, document, stderr, cwd } = await editCat({ env: fal.env });
    const { kind, charged } = document.error ?? {};
    expect({ code, kind, charged, ...seenBy(fal) }).toEqual(expected);
    expect(await leftIn(cwd)).toEqual(code === 0 ? ['out.png'] : []);
    if (code === 9) expect(stderr).toMatch(/may have been sent and may be charged/);
  });

  test('the library', async () => {
    const fal = await sandbox({ toxics: [toxic] });
    const error = await editCatByLibrary(fal.env);
    expect({
      code: error?.exitCode ?? 0,
      kind: error?.kind,
      charged: error?.charged,
      ...seenBy(fal),
    }).toEqual(expected);
  });
});

function seenBy(fal: Awaited<ReturnType<typeof sandbox>>) {
  const { accepted, requests } = fal.ledger();
  return { accepted: accepted.length, posts: requests.by_role.submit ?? 0 };
}

test.each(['upstream', 'downstream'] as const)(
  'no answer until the deadline, %s of the acceptance',
  async (stream) => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on, stream }] });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '700ms');
    expect([code, document.error?.kind, document.error?.charged]).toEqual([9, 'unknown', 'maybe']);
    expect(seenBy(fal)).toEqual({ accepted: stream === 'upstream' ? 0 : 1, posts: 1 });
  },
);

describe('answers that only another server gives', () => {
  test.each([
    ['no request_id', { status: 'IN_QUEUE', queue_position: 0 }],
    ['an empty request_id', { request_id: '' }],
    ['a request_id that is no text', { request_id: 7 }],
    ['a list', []],
    ['null', null],
  ])('200 with %s', async (_, body) => {
    const fal = await sandbox();
    const { url, visits } = await front(
      fal,
      (visit, response) => isSubmit(visit) && sendJson(response, 200, body),
    );
    const { code, document } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } });
    expect([code, document.error?.charged, visits.filter(isSubmit).length]).toEqual([9, 'maybe', 1]);
  });

  test.each([301, 302, 303, 307, 308])(
    'a redirect (%d) is not followed with a second POST',
    async (status) => {
      const fal = await sandbox();
      const elsewhere = await front(fal, () => false);
      const first = await front(fal, (visit, response) => {
        if (!isSubmit(visit)) return false;
        response.writeHead(status, { location: elsewhere.url }).end();
        return true;
      });
      const { code } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: first.url } });
      expect([code, first.visits.filter(isSubmit).length, elsewhere.visits.length]).toEqual([9, 1, 0]);
      expect(seenBy(fal)).toEqual({ accepted: 0, posts: 0 });
    },
  );

  test('429 and then a lost answer: the second is the last', async () => {
    const fal = await sandbox({
      toxics: [
        { type: 'status', on, code: 429, times: 1 },
        { type: 'reset_peer', on, after: 1 },
      ],
    });
    const { code } = await editCat({ env: fal.env });
    expect([code, seenBy(fal)]).toEqual([9, { accepted: 1, posts: 2 }]);
  });
});

/** A picture that fal fetches by itself: the submit is the first request that counts. */
const REMOTE = 'https://example.com/photo.png';
const FAL_KEY = 'test-id:test-secret';

describe('a server that cannot be spoken to', () => {
  test('connection refused: nothing was sent', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: `http://127.0.0.1:${await closedPort()}/proxy` };
    const { code, document } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toMatch(/refused.*Nothing was sent/);
  });

  test('connection refused for a while: sent once it is there', async () => {
    const fal = await sandbox({ toxics: [] });
    let refused = 0;
    const { code } = await editCat({
      env: fal.env,
      context: {
        // The way to the server: a port on which nobody listens yet.
        fetch: async (input, init) => {
          const headers = new Headers(init?.headers);
          const late = init?.method === 'POST' && headers.get('x-fal-target-url')?.includes('queue') === true;
          return late && refused++ < 2
            ? lightFetch(`http://127.0.0.1:${await closedPort()}/`, init)
            : lightFetch(input, init);
        },
      },
    });
    expect([code, refused, seenBy(fal)]).toEqual([0, 3, { accepted: 1, posts: 1 }]);
  });

  test('a name that does not exist: nothing was sent', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: 'http://fal.invalid/proxy' };
    const { code, document } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toContain('Nothing was sent');
  });

  test('junk where TLS is due: unknown, as nothing proves that it was not sent', async () => {
    const junk = await tcpServer((socket) => socket.end('these are not the bytes of TLS\r\n\r\n'));
    const env = { FAL_KEY, FAL_PROXY_URL: `https://127.0.0.1:${junk.port}/proxy` };
    const { code, document } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([9, 'maybe']);
  });

  test('a reset where TLS is due: unknown', async () => {
    const cut = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const env = { FAL_KEY, FAL_PROXY_URL: `https://127.0.0.1:${cut.port}/proxy` };
    const { code, document } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([9, 'maybe']);
  });

  test('a port that fetch refuses: nothing was sent', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: 'http://127.0.0.1:9/proxy' };
    const { code, document } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
  });

  test('the upload fails first: nothing was sent either', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: `http://127.0.0.1:${await closedPort()}/proxy` };
    const { code, document } = await editCat({ env });
    expect([code, document.error?.charged, document.request_id]).toEqual([7, 'no', null]);
  });
});

test('control: the bare client sends the paid submit again for each of these', async () => {
  const toxics: Toxic[] = [
    { type: 'reset_peer', on, times: 1 },
    { type: 'fin', on, times: 1 },
    { type: 'limit_data', on, fraction: 0.5, times: 1 },
    { type: 'status', on, code: 502, stream: 'downstream', times: 1 },
    { type: 'status', on, code: 503, stream: 'downstream', times: 1 },
    { type: 'status', on, code: 504, stream: 'downstream', times: 1 },
  ];
  const accepted = await Promise.all(
    toxics.map(async (toxic) => {
      const fal = await startSandbox({ toxics: [toxic] });
      const client = createFalClient({
        credentials: FAL_KEY,
        proxyUrl: { url: fal.proxyUrl, when: 'always' },
        retry: { maxRetries: 0 },
      });
      const input = { prompt: 'a watercolor', image_url: REMOTE };
      await client.queue.submit('fal-ai/flux-general/image-to-image', { input });
      const count = fal.ledger().accepted.length;
      await fal.close();
      return count;
    }),
  );
  expect(accepted).toEqual([2, 2, 2, 2, 2, 2]);
});
