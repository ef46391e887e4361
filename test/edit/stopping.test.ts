/* Ctrl-C and the deadline, in each state of an edit: what fal is told, what the user is told, what it may cost. */
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../../src/light-fetch.js';
import { Deadline } from '../../src/edit/deadline.js';
import { InterruptedError } from '../../src/errors.js';
import { editCat, folderWithPhoto, inState, leftIn, quickly, seen, until } from './harness.js';
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
    const { code, document } = await editCat({
      env: fal.env,
      interrupt: stop.signal,
      context: { sleep: wait },
    });
    expect([code, document.error?.charged, fal.ledger().requests.by_role.submit]).toEqual([130, 'no', 1]);
  });

  test.each(['upstream', 'downstream'] as const)(
    'during the submit (%s): it may be charged',
    async (stream) => {
      const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'submit', stream }] });
      const { code, document } = await interruptedWhen(fal, seen(fal, 'submit'));
      expect([code, document.error?.kind, document.error?.charged]).toEqual([130, 'interrupted', 'maybe']);
      expect(document.error?.message).toMatch(/may have arrived and may be charged/);
      expect(fal.ledger().requests.by_role.submit).toBe(1);
    },
  );

  test('while it is queued: cancelled at fal, and no charge there', async () => {
    const fal = await sandbox({ queueMs: 30_000 });
    const { code, document } = await interruptedWhen(fal, seen(fal, 'stream'));
    expect([code, document.error?.charged]).toEqual([130, 'maybe']);
    expect(document.error?.message).toContain(fal.ledger().accepted[0]!.request_id);
    expect(document.error?.details).toMatchObject({ cancel: 'requested' });
    expect([fal.ledger().accepted[0]!.state, fal.ledger().charges]).toEqual(['cancelled', 0]);
  });

  test('while it runs: fal is asked to cancel', async () => {
    const fal = await sandbox({ inferenceMs: 30_000 });
    const { code, document, cwd } = await interruptedWhen(fal, inState(fal, 'running'));
    expect([code, document.error?.charged]).toEqual([130, 'maybe']);
    expect(fal.ledger().requests.by_role.cancel).toBe(1);
    expect(fal.ledger().accepted[0]!.state).toBe('failed');
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('while a finished edit is fetched: charged, and nobody is asked to cancel', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'file' }] });
    const { code, document, cwd } = await interruptedWhen(fal, seen(fal, 'file'));
    expect([code, document.error?.charged]).toEqual([130, 'yes']);
    expect(document.error?.message).toMatch(/was already done at fal, and is charged/);
    expect(seen(fal, 'cancel')()).toBe(false);
    expect(await leftIn(cwd)).toEqual([]);
  });

  test('of a request that is done before the cancel arrives', async () => {
    // Nobody tells the program that it is done: the stream and the polls hang.
    const fal = await sandbox({
      toxics: [
        { type: 'timeout', on: 'stream' },
        { type: 'timeout', on: 'status' },
      ],
    });
    const { code, document } = await interruptedWhen(fal, inState(fal, 'completed'));
    expect([code, document.error?.charged, document.error?.details?.['cancel']]).toEqual([
      130,
      'yes',
      'completed',
    ]);
  });

  test.each([
    ['404', { type: 'status', on: 'cancel', code: 404 }, 'not-found'],
    ['401', { type: 'status', on: 'cancel', code: 401 }, 'unreachable'],
    ['503 for ever', { type: 'status', on: 'cancel', code: 503 }, 'unreachable'],
    ['503 once', { type: 'status', on: 'cancel', code: 503, times: 1 }, 'requested'],
    ['a page', { type: 'html', on: 'cancel' }, 'unreachable'],
    ['a reset for ever', { type: 'reset_peer', on: 'cancel', stream: 'upstream' }, 'unreachable'],
    ['a reset once', { type: 'reset_peer', on: 'cancel', stream: 'upstream', times: 1 }, 'requested'],
  ] as const)('a cancel that is answered with %s', async (_, toxic, outcome) => {
    const fal = await sandbox({ queueMs: 30_000, toxics: [toxic] });
    const { code, document, took } = await interruptedWhen(fal, seen(fal, 'stream'));
    expect([code, document.error?.charged, document.error?.details?.['cancel']]).toEqual([
      130,
      'maybe',
      outcome,
    ]);
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
  });
});

describe('the deadline', () => {
  test('during the upload: temporary, nothing sent, the last trouble named', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'put' }] });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '300ms');
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toMatch(/Not done within 300ms.*Nothing was sent/);
  });

  test('while waiting to send again: the last trouble is told', async () => {
    const headers = { 'retry-after': '3600' };
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'submit', code: 429, headers }] });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '300ms');
    expect([code, document.error?.charged]).toEqual([7, 'no']);
  });

  test.each([
    ['queued', { queueMs: 30_000 }],
    ['running', { inferenceMs: 30_000 }],
  ])('while it is %s: the request is named, and not cancelled', async (state, settings) => {
    const fal = await sandbox(settings);
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '500ms');
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'maybe']);
    const [accepted] = fal.ledger().accepted;
    expect(accepted!.state).toBe(state);
    expect(document.error?.message).toContain(`fal goes on with request ${accepted!.request_id}`);
    expect(document.error?.details?.['request_id']).toBe(accepted!.request_id);
    expect(seen(fal, 'cancel')()).toBe(false);
  });

  test('while the result does not come', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'result' }] });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '500ms');
    expect([code, document.error?.charged]).toEqual([7, 'maybe']);
  });

  test('while the picture is fetched: charged, and done at fal', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'file' }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--timeout', '700ms');
    expect([code, document.error?.charged]).toEqual([7, 'yes']);
    expect(document.error?.message).toMatch(/done at fal and charged/);
    expect(await leftIn(cwd)).toEqual([]);
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

describe('Deadline', () => {
  test('a person comes first', () => {
    const stop = new AbortController();
    const deadline = new Deadline(1, stop.signal);
    stop.abort(new InterruptedError('SIGTERM'));
    expect([deadline.signal.aborted, deadline.reason]).toEqual([true, 'interrupted']);
    deadline.close();
  });

  test('its time', async () => {
    const deadline = new Deadline(5, new AbortController().signal);
    await until(() => deadline.signal.aborted);
    expect(deadline.reason).toBe('deadline');
  });
});
