/* Submits to servers that give no answer of fal's, or cannot be spoken to at all, over real sockets. */
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../src/light-fetch.js';
import { editCat } from './edit/harness.js';
import { FAL_KEY, REMOTE, seenBy, statesIn } from './edit/lost.js';
import { closedPort, front, isSubmit, sendJson, tcpServer } from './fal/servers.js';
import { jobsIn, onlyJobIn, stateIn } from './support/ledger.js';
import { sandbox } from './support/sandbox.js';

const on = 'submit';

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
    const env = { ...fal.env, FAL_PROXY_URL: url };
    const { code, document, cwd } = await editCat({ env });
    expect([code, document.error?.charged, visits.filter(isSubmit).length]).toEqual([9, 'maybe', 1]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'unknown', charged: 'maybe' });
    const again = await editCat({ env, cwd });
    expect([again.code, visits.filter(isSubmit).length]).toEqual([9, 1]);
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
      const { code, cwd } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: first.url } });
      expect((await onlyJobIn(stateIn(cwd))).state).toBe('unknown');
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

describe('a server that cannot be spoken to', () => {
  test('connection refused: nothing was sent; once it is there, the same command sends one', async () => {
    const port = await closedPort();
    const env = { FAL_KEY, FAL_PROXY_URL: `http://127.0.0.1:${port}/proxy` };
    const { code, document, cwd } = await editCat({ env });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toMatch(/refused.*Nothing was sent/);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'failed', charged: 'no' });
    const fal = await sandbox({ port });
    const again = await editCat({ env, cwd });
    expect([again.code, seenBy(fal)]).toEqual([0, { accepted: 1, posts: 1 }]);
    expect(await statesIn(cwd)).toEqual(['failed', 'saved']);
  });

  test('connection refused at the submit alone: the intent is taken back', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: `http://127.0.0.1:${await closedPort()}/proxy` };
    const { code, document, cwd } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toMatch(/refused.*Nothing was sent/);
    const job = await onlyJobIn(stateIn(cwd));
    expect(job).toMatchObject({ state: 'failed', charged: 'no', owner: undefined });
    expect(job.intentAt).toBeDefined();
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

  test('a name that does not exist: nothing was sent, then or later', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: 'https://fal.invalid/proxy' };
    const { code, document, cwd } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toContain('Nothing was sent');
    const again = await editCat({ env, cwd, image: REMOTE });
    expect([again.code, again.document.error?.charged]).toEqual([7, 'no']);
    const jobs = await jobsIn(stateIn(cwd));
    expect(jobs.map(({ state, charged }) => [state, charged])).toEqual([
      ['failed', 'no'],
      ['failed', 'no'],
    ]);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['junk where TLS is due', (socket) => socket.end('these are not the bytes of TLS\r\n\r\n')],
    ['a reset where TLS is due', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['an end where TLS is due', (socket) => socket.once('data', () => socket.end())],
  ])('%s: nothing was sent, then or later', async (_, answer) => {
    let connections = 0;
    const server = await tcpServer((socket) => {
      connections++;
      answer(socket);
    });
    const env = { FAL_KEY, FAL_PROXY_URL: `https://127.0.0.1:${server.port}/proxy` };
    const { code, document, cwd } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toContain('Nothing was sent');
    // The price, which stops nothing, and the tries at the submit.
    expect(connections).toBe(6);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'failed', charged: 'no' });
    const again = await editCat({ env, cwd, image: REMOTE });
    expect([again.code, again.document.error?.charged, connections]).toEqual([7, 'no', 12]);
  });

  test('a port that fetch refuses: nothing was sent', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: 'http://127.0.0.1:9/proxy' };
    const { code, document } = await editCat({ env, image: REMOTE });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
  });

  test('the upload fails first: nothing was sent either', async () => {
    const env = { FAL_KEY, FAL_PROXY_URL: `http://127.0.0.1:${await closedPort()}/proxy` };
    const { code, document, cwd } = await editCat({ env });
    expect([code, document.error?.charged, document.request_id]).toEqual([7, 'no', null]);
    const job = await onlyJobIn(stateIn(cwd));
    expect([job.state, job.intentAt]).toEqual(['failed', undefined]);
  });
});
