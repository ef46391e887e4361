/* Each way to lose the answer of a submit, and what a reconcile makes of it. */
import { expect, test } from 'vitest';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { leftIn, statusToxic } from '../harness.js';
import { HOUR, MINUTE, scene, sendAgain, SETTLED } from './scene.js';

const on = 'submit';
const times = 1;

const TAKEN: [name: string, toxic: Toxic][] = [
  ['reset', { type: 'reset_peer', on, times }],
  ['closed', { type: 'fin', on, times }],
  ['closed a while later', { type: 'slow_close', on, times, delay: 20 }],
  ['half of a 200', { type: 'limit_data', on, times, fraction: 0.5 }],
  ['half a JSON text', { type: 'garbage', on, times }],
  ['a page', { type: 'html', on, times, stream: 'downstream' }],
  ...[408, 499, 500, 502, 503, 504].map((code): [string, Toxic] => [
    String(code),
    { type: 'status', on, times, code, stream: 'downstream' },
  ]),
];

test.each(TAKEN)('%s after the acceptance: found, fetched, and paid for once', async (_, toxic) => {
  const { fal, cwd, edit, reconcile, jobs, ids } = await scene();
  const lost = await edit(toxic);
  expect([lost.code, await leftIn(cwd)]).toEqual([9, []]);
  const { code, document } = await reconcile();
  expect(code).toBe(0);
  expect(document).toMatchObject({
    status: 'ok',
    jobs: [{ outcome: 'accepted', request_ids: ids(), state: 'saved', images: [{ path: 'out.png' }] }],
    duplicates: [],
  });
  expect(await leftIn(cwd)).toEqual(['out.png']);
  expect(fal.ledger().accepted).toHaveLength(1);
  expect(await jobs()).toMatchObject([{ state: 'saved', requestId: ids()[0], charged: 'yes' }]);
});

const NOT_TAKEN: [name: string, toxic: Toxic][] = [
  ['reset', { type: 'reset_peer', on, times, stream: 'upstream' }],
  ['closed', { type: 'fin', on, times, stream: 'upstream' }],
  ['a page', { type: 'html', on, times }],
  ['503', { type: 'status', on, times, code: 503 }],
];

test.each(NOT_TAKEN)(
  '%s before the acceptance: not believed before the settling time, then free to be run again',
  async (_, toxic) => {
    const { fal, cwd, pass, edit, reconcile, jobs } = await scene();
    await edit(toxic);
    const [job] = await jobs();

    const early = await reconcile();
    expect([early.code, early.document.error?.kind, early.document.error?.charged]).toEqual([
      9,
      'unknown',
      'maybe',
    ]);
    expect(early.document.jobs).toMatchObject([
      { job: job!.id, outcome: 'not_yet_known', reason: 'settling' },
    ]);
    const askAgain = new Date(job!.sentFalAt! + 10 * MINUTE).toISOString();
    expect(early.document.error?.details).toEqual({ jobs: [job!.id], ask_again_at: askAgain });
    expect(await jobs()).toEqual([job]);
    // The edit itself is not sent again until then.
    expect((await edit(undefined)).code).toBe(9);

    pass(SETTLED);
    const late = await reconcile();
    expect([late.code, late.document.jobs[0]?.outcome]).toEqual([0, 'not_accepted']);
    expect(late.stderr).toMatch(/never reached fal; nothing is charged/);
    expect(await jobs()).toMatchObject([{ state: 'rejected', charged: 'no', requestId: undefined }]);

    expect((await edit(undefined)).code).toBe(0);
    expect([fal.ledger().accepted.length, await leftIn(cwd)]).toEqual([1, ['out.png']]);
  },
);

test('killed after the intent, and fal took it', async () => {
  const { intended, fal, reconcile, edit, cwd, jobs } = await scene();
  // An edit that goes well leaves an input that fal takes.
  await edit(undefined);
  const input = { ...(fal.ledger().accepted[0]!.input as object), seed: 4711 };
  const id = await intended(input);
  await sendAgain(fal, input);
  const { code, document } = await reconcile();
  expect([code, document.jobs[0]?.job, document.jobs[0]?.outcome]).toEqual([0, id, 'accepted']);
  expect(await leftIn(cwd)).toEqual(['cat.edit.png', 'out.png']);
  expect((await jobs()).map(({ state }) => state)).toEqual(['saved', 'saved']);
});

test('killed after the intent, and fal did not take it', async () => {
  const { intended, reconcile, pass, jobs } = await scene();
  await intended({ prompt: 'a', seed: 1 });
  expect((await reconcile()).code).toBe(9);
  expect((await jobs())[0]?.state).toBe('intent');
  pass(10 * MINUTE - 1);
  expect((await reconcile()).code).toBe(9);
  pass(1);
  expect((await reconcile()).code).toBe(0);
  expect((await jobs())[0]).toMatchObject({ state: 'rejected', charged: 'no' });
});

test('a process of another host may be at work still: nothing is concluded for an hour', async () => {
  const { intended, reconcile, pass, jobs } = await scene();
  await intended({ prompt: 'a', seed: 1 }, { owner: { host: 'elsewhere', pid: 1, started: '1' } });
  pass(HOUR - 1000);
  const early = await reconcile(['--all']);
  expect([early.code, early.document.jobs[0]?.reason]).toEqual([9, 'settling']);
  pass(1000);
  expect((await reconcile(['--all'])).code).toBe(0);
  expect((await jobs())[0]).toMatchObject({ state: 'rejected', charged: 'no' });
});

test('a submit that waited for its turn settles from its end on, not from its intent', async () => {
  const { clock, intended, ledger, reconcile, pass, jobs } = await scene();
  const id = await intended({ prompt: 'a', seed: 1 });
  pass(9 * MINUTE);
  await ledger((opened) => opened.end(id, { state: 'unknown', charged: 'maybe', falAt: clock.fal }));
  pass(9 * MINUTE);
  expect((await reconcile()).document.jobs[0]?.reason).toBe('settling');
  pass(MINUTE);
  expect((await reconcile()).code).toBe(0);
  expect((await jobs())[0]?.state).toBe('rejected');
});

test('fal lists it only later: found then', async () => {
  const { edit, reconcile, pass, cwd } = await scene({ historyDelayMs: 5 * MINUTE });
  await edit({ type: 'reset_peer', on, times });
  expect((await reconcile()).code).toBe(9);
  pass(6 * MINUTE);
  expect((await reconcile()).code).toBe(0);
  expect(await leftIn(cwd)).toEqual(['out.png']);
});

test('fal lists it after it was given up: named, it is looked up once more, and found', async () => {
  const { edit, reconcile, pass, jobs, cwd } = await scene({ historyDelayMs: HOUR });
  await edit({ type: 'reset_peer', on, times });
  pass(SETTLED);
  expect((await reconcile()).document.jobs[0]?.outcome).toBe('not_accepted');
  pass(HOUR);
  expect((await reconcile()).document.jobs).toEqual([]);
  const [job] = await jobs();
  expect((await reconcile([job!.id])).document.jobs[0]?.outcome).toBe('accepted');
  expect(await leftIn(cwd)).toEqual(['out.png']);
});

test('it failed at fal: told as it is, and nothing is unknown any more', async () => {
  const { fal, edit, reconcile, jobs } = await scene();
  await edit({ type: 'reset_peer', on, times });
  fal.addToxic(
    statusToxic('result', 422, { detail: [{ loc: ['body', 'seed'], msg: 'too odd', type: 'x' }] }),
  );
  const { code, document } = await reconcile();
  expect([code, document.error?.kind, document.jobs[0]?.outcome]).toEqual([1, 'failed', 'accepted']);
  expect(document.error?.message).toMatch(/too odd/);
  expect((await jobs())[0]?.state).toBe('failed');
});
