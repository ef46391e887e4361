/* Ctrl-C in each state of an edit: what fal is told, what the user is told, what it may cost. */
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../../src/light-fetch.js';
import { editCat, folderWithPhoto, inState, leftIn, quickly, seen, until } from './harness.js';
import { jobsIn, onlyJobIn, stateIn } from '../support/ledger.js';
import { sandbox, type TestSandbox } from '../support/sandbox.js';

/** Runs an edit, and interrupts it once the condition holds. */
async function interruptedWhen(fal: TestSandbox, condition: () => boolean, ...flags: string[]) {
  const stop = new AbortController();
  const running = editCat({ env: fal.env, interrupt: stop.signal }, ...flags);
  await until(condition);
  const start = performance.now();
  stop.abort();
  const result = await running;
  return { ...result, took: performance.now() - start };
}

describe('Ctrl-C', () => {
  test('during the upload: nothing was sent', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'initiate' }] });
    const { code, document, cwd } = await interruptedWhen(fal, seen(fal, 'initiate'));
    expect([code, document.error?.kind, document.error?.charged]).toEqual([130, 'interrupted', 'no']);
    expect(document.error?.message).toMatch(/Nothing was sent/);
    expect([fal.ledger().accepted.length, seen(fal, 'submit')()]).toEqual([0, false]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'cancelled', charged: 'no' });
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('between two tries of a submit that was not taken: nothing was sent', async () => {
    const retry = { 'retry-after': '3600' };
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'submit', code: 429, headers: retry }] });
    const stop = new AbortController();
    const wait = (ms: number, signal?: AbortSignal): Promise<void> => {
      stop.abort();
      return quickly(ms, signal);
    };
    const { code, document, cwd } = await editCat({
      env: fal.env,
      interrupt: stop.signal,
      context: { sleep: wait },
    });
    expect([code, document.error?.charged, fal.ledger().requests.by_role.submit]).toEqual([130, 'no', 1]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'cancelled', charged: 'no' });
  });

  test.each(['upstream', 'downstream'] as const)(
    'during the submit (%s): it may be charged',
    async (stream) => {
      const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'submit', stream }] });
      const { code, document, cwd } = await interruptedWhen(fal, seen(fal, 'submit'));
      expect([code, document.error?.kind, document.error?.charged]).toEqual([130, 'interrupted', 'maybe']);
      expect(document.error?.message).toMatch(/may have arrived and may be charged/);
      expect(fal.ledger().requests.by_role.submit).toBe(1);
      const { id, state, charged } = await onlyJobIn(stateIn(cwd));
      expect([state, charged]).toEqual(['unknown', 'maybe']);
      expect(document.error?.hint).toContain(`fal-edit reconcile ${id}`);
    },
  );

  test('while it is queued: cancelled at fal, and no charge there', async () => {
    const fal = await sandbox({ queueMs: 30_000 });
    const { code, document, cwd } = await interruptedWhen(fal, seen(fal, 'stream'));
    expect([code, document.error?.charged]).toEqual([130, 'no']);
    const [accepted] = fal.ledger().accepted;
    expect(document.error?.message).toBe(
      `Interrupted. Request ${accepted!.request_id} was cancelled at fal: nothing is charged.`,
    );
    expect(document.error?.hint).toBeUndefined();
    expect(document.error?.details).toMatchObject({ cancel: 'cancelled' });
    expect([accepted!.state, fal.ledger().charges]).toEqual(['cancelled', 0]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: 'cancelled',
      charged: 'no',
      requestId: accepted!.request_id,
      cancelRequestedAt: expect.any(Number) as number,
      owner: undefined,
    });
  });

  test('while it runs: it is left to run, and can be fetched', async () => {
    const fal = await sandbox({ inferenceMs: 30_000 });
    const { code, document, cwd } = await interruptedWhen(
      fal,
      () => seen(fal, 'stream')() && inState(fal, 'running')(),
    );
    expect([code, document.error?.charged]).toEqual([130, 'maybe']);
    const [accepted] = fal.ledger().accepted;
    expect(document.error?.details).toMatchObject({ cancel: 'running', request_id: accepted!.request_id });
    expect(document.error?.hint).toContain(`fal-edit wait ${accepted!.request_id}`);
    expect([seen(fal, 'cancel')(), accepted!.state]).toEqual([false, 'running']);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: 'accepted',
      charged: 'maybe',
      cancelRequestedAt: undefined,
      owner: undefined,
    });
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('while a finished edit is fetched: charged, and nobody is asked to cancel', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'file' }] });
    const { code, document, cwd } = await interruptedWhen(fal, seen(fal, 'file'));
    expect([code, document.error?.charged]).toEqual([130, 'yes']);
    expect(document.error?.message).toMatch(/is finished and charged, but not fully downloaded/);
    expect(document.error?.hint).toContain(`fal-edit wait ${fal.ledger().accepted[0]!.request_id}`);
    expect(seen(fal, 'cancel')()).toBe(false);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'completed', charged: 'yes' });
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('of a request that is done before fal is asked', async () => {
    // Nobody tells the program that it is done: the stream and the first poll hang.
    const fal = await sandbox({
      toxics: [
        { type: 'timeout', on: 'stream' },
        { type: 'timeout', on: 'status', times: 1 },
      ],
    });
    const done = (): boolean => seen(fal, 'status')() && inState(fal, 'completed')();
    const { code, document, cwd } = await interruptedWhen(fal, done);
    const { charged, details, hint } = document.error!;
    expect([code, charged, details?.['cancel']]).toEqual([130, 'yes', 'completed']);
    expect(hint).toContain('fal-edit wait');
    expect(seen(fal, 'cancel')()).toBe(false);
    // The result is not here yet: that is what a later command fetches.
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'accepted' });
  });

  test('and fal cannot be asked at all: it may be charged, and can be fetched later', async () => {
    const fal = await sandbox({
      toxics: [
        { type: 'timeout', on: 'stream' },
        { type: 'timeout', on: 'status' },
      ],
    });
    const { code, document, cwd, took } = await interruptedWhen(fal, inState(fal, 'completed'));
    const { charged, details } = document.error!;
    expect([code, charged, details?.['cancel']]).toEqual([130, 'maybe', 'unreachable']);
    expect(took).toBeLessThan(8000);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'accepted', charged: 'maybe' });
  });

  test.each([
    ['404', { type: 'status', on: 'cancel', code: 404 }, 'not-found', 'maybe'],
    ['401', { type: 'status', on: 'cancel', code: 401 }, 'unreachable', 'maybe'],
    ['503 for ever', { type: 'status', on: 'cancel', code: 503 }, 'unreachable', 'maybe'],
    ['503 once', { type: 'status', on: 'cancel', code: 503, times: 1 }, 'cancelled', 'no'],
    ['a page', { type: 'html', on: 'cancel' }, 'unreachable', 'maybe'],
    ['a reset for ever', { type: 'reset_peer', on: 'cancel', stream: 'upstream' }, 'unreachable', 'maybe'],
    ['a reset once', { type: 'reset_peer', on: 'cancel', stream: 'upstream', times: 1 }, 'cancelled', 'no'],
    [
      'the words for a finished one',
      { type: 'status', on: 'cancel', code: 400, body: '{"status":"ALREADY_COMPLETED"}' },
      'completed',
      'yes',
    ],
    [
      'a 400 without those words',
      { type: 'status', on: 'cancel', code: 400, body: '{"detail":"Request is completed"}' },
      'completed',
      'yes',
    ],
  ] as const)('a cancel that is answered with %s', async (_, toxic, outcome, charged) => {
    const fal = await sandbox({ queueMs: 30_000, toxics: [toxic] });
    const { code, document, took, cwd } = await interruptedWhen(fal, seen(fal, 'stream'));
    expect([code, document.error?.charged, document.error?.details?.['cancel']]).toEqual([
      130,
      charged,
      outcome,
    ]);
    // Only a cancel that fal confirmed ends it; else a later command looks what came of it.
    expect((await onlyJobIn(stateIn(cwd))).state).toBe(outcome === 'cancelled' ? 'cancelled' : 'accepted');
    // The client would pause 1, 2 and 4 s between its tries.
    expect(took).toBeLessThan(3000);
  });

  test('a cancel that hangs does not hang the program', async () => {
    const fal = await sandbox({ queueMs: 30_000, toxics: [{ type: 'timeout', on: 'cancel' }] });
    const { code, document, took } = await interruptedWhen(fal, seen(fal, 'stream'));
    expect([code, document.error?.details?.['cancel']]).toEqual([130, 'unreachable']);
    expect(took).toBeLessThan(8000);
  });

  test('before anything: no request at all but the price', async () => {
    const fal = await sandbox();
    const stop = new AbortController();
    const cwd = await folderWithPhoto();
    const running = editCat({ env: fal.env, cwd, interrupt: stop.signal });
    stop.abort();
    const { code, document } = await running;
    expect([code, document.error?.charged]).toEqual([130, 'no']);
    expect([fal.ledger().accepted.length, seen(fal, 'submit')()]).toEqual([0, false]);
    expect(await jobsIn(stateIn(cwd))).toEqual([]);
  });
});

test('what is still under way when an edit fails is ended', async () => {
  // Two uploads: one is refused at once, the other would hang for minutes and keep the process alive.
  const fal = await sandbox({
    toxics: [
      { type: 'status', on: 'initiate', code: 401, times: 1 },
      { type: 'timeout', on: 'initiate', after: 1 },
    ],
  });
  const open = new Set<unknown>();
  const { code } = await editCat(
    {
      env: fal.env,
      cwd: await folderWithPhoto(),
      context: {
        fetch: (input, init) => {
          const request = lightFetch(input, init);
          open.add(request);
          const done = (): void => void open.delete(request);
          request.then(done, done);
          return request;
        },
      },
    },
    '-m',
    'flux-2-lora',
    '-i',
    'https://example.com/b.png',
    '--lora',
    await weights(),
  );
  expect(code).toBe(4);
  await until(() => open.size === 0);
});

async function weights(): Promise<string> {
  const { writeFile } = await import('node:fs/promises');
  const path = `${await folderWithPhoto()}/style.safetensors`;
  const header = Buffer.from('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  await writeFile(path, Buffer.concat([size, header, Buffer.alloc(4)]));
  return path;
}
