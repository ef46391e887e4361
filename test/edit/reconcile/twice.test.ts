/* Edits that fal took more than once, edits that cannot be told apart, and reconciles that run at once. */
import { describe, expect, test } from 'vitest';
import { settle } from '../../../src/edit/reconcile/settle.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { leftIn } from '../harness.js';
import { ALIVE, CUT, GENERAL, LOST, scene, sendAgain, SETTLED } from './scene.js';

const INPUT = { prompt: 'a', image_url: 'x', seed: 1 };
const past = (requestId: string) => ({
  requestId,
  endpoint: GENERAL,
  statusCode: 200,
  input: INPUT,
  output: undefined,
});

describe('charged twice', () => {
  test('both are fetched, the second beside the first; it is said plainly', async () => {
    const { fal, cwd, edit, reconcile, jobs, ids } = await scene({ duplicatesExpected: 1 });
    await edit(LOST);
    await sendAgain(fal);
    const { code, document, stderr } = await reconcile();
    const [first, second] = ids();
    expect(code).toBe(0);
    expect(stderr).toMatch(new RegExp(`warning: job \\S+ was charged twice: .*${first!}, ${second!}`));
    expect(document).toMatchObject({
      status: 'ok',
      jobs: [
        { outcome: 'accepted', request_ids: [first, second], images: [{ path: 'out.png' }] },
        { outcome: 'duplicate', request_ids: [second], images: [{ path: 'out.2.png' }] },
      ],
      duplicates: [second],
    });
    expect(document.jobs[1]?.duplicate_of).toBe(document.jobs[0]?.job);
    expect(await leftIn(cwd)).toEqual(['out.2.png', 'out.png']);
    expect(await jobs()).toMatchObject([
      { state: 'saved', charged: 'yes', duplicateOf: undefined },
      { state: 'saved', charged: 'yes', duplicateOf: document.jobs[0]?.job },
    ]);
  });

  test('with --force the second does not overwrite the first', async () => {
    const { fal, cwd, edit, reconcile } = await scene({ duplicatesExpected: 2 });
    await edit(LOST, '--force');
    await sendAgain(fal);
    await sendAgain(fal);
    const { code, stderr, document } = await reconcile();
    expect([code, document.duplicates.length]).toEqual([0, 2]);
    expect(stderr).toMatch(/charged 3 times/);
    expect(await leftIn(cwd)).toEqual(['out.2.png', 'out.3.png', 'out.png']);
  });

  test('a second reconcile finds nothing new', async () => {
    const { fal, edit, reconcile, jobs } = await scene({ duplicatesExpected: 1 });
    await edit(LOST);
    await sendAgain(fal);
    await reconcile();
    const before = await jobs();
    const { code, document } = await reconcile(['--all']);
    expect([code, document.jobs]).toEqual([0, []]);
    expect(await jobs()).toEqual(before);
  });
});

describe('jobs with equal inputs', () => {
  test('get one request each, and none counts as charged twice', async () => {
    const { cwd, editAddress, reconcile, jobs, ids } = await scene({ duplicatesExpected: 1 });
    // The same picture, prompt and seed: asked for twice on purpose.
    await editAddress(LOST);
    await editAddress(LOST, '--again');
    const { code, document } = await reconcile(['--all']);
    expect([code, document.duplicates]).toEqual([0, []]);
    expect(document.jobs.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    expect((await jobs()).map(({ requestId }) => requestId).sort()).toEqual(ids().sort());
    expect(await leftIn(cwd)).toEqual(['out.2.png', 'out.png']);
  });

  test('are settled together where one is named', async () => {
    const { editAddress, reconcile, jobs } = await scene({ duplicatesExpected: 1 });
    await editAddress(LOST);
    await editAddress(LOST, '--again');
    const [, newer] = await jobs();
    const { code, document } = await reconcile([newer!.id]);
    expect([code, document.jobs.length, document.duplicates]).toEqual([0, 2, []]);
    expect((await jobs()).map(({ state }) => state)).toEqual(['saved', 'saved']);
  });

  test('of which fal took one: the older has it, the newer is not accepted', async () => {
    const { editAddress, reconcile, pass, jobs } = await scene();
    await editAddress(LOST);
    await editAddress(CUT, '--again');
    // Nothing was uploaded, so fal tells its time only now.
    await reconcile(['--all']);
    pass(SETTLED);
    const { code } = await reconcile(['--all']);
    expect(code).toBe(0);
    expect((await jobs()).map(({ state }) => state)).toEqual(['saved', 'rejected']);
  });

  test('of which one came home: its request is not taken for the other', async () => {
    const { editAddress, reconcile, pass, jobs } = await scene();
    await editAddress(undefined);
    await editAddress(CUT, '--force', '--again');
    expect((await reconcile()).document.jobs[0]?.reason).toBe('settling');
    pass(SETTLED);
    await reconcile();
    expect((await jobs()).map(({ state }) => state)).toEqual(['saved', 'rejected']);
  });

  test('of which one is being sent right now: what fal lists may be its own, so nothing is concluded', async () => {
    const { fal, intended, reconcile, pass, jobs } = await scene();
    const input = { prompt: 'a', image_url: 'x', seed: 1 };
    await intended(input);
    await intended(input, { owner: ALIVE });
    await sendAgain(fal, input);
    pass(SETTLED);
    const { code, document } = await reconcile();
    expect([code, document.jobs[0]?.reason]).toEqual([9, 'being_sent']);
    expect(document.error?.message).toContain(`Process ${ALIVE.pid} is sending the same edit`);
    expect((await jobs()).map(({ state }) => state)).toEqual(['intent', 'intent']);
  });
});

test('requests of others with similar inputs are left alone', async () => {
  const { fal, edit, reconcile, pass, jobs } = await scene();
  await edit(CUT, '--strength', '0.5');
  const [job] = await jobs();
  for (const change of [
    { seed: 1 },
    { prompt: 'a watercolour' },
    { strength: 0.51 },
    { image_url: 'https://x/y.png' },
  ]) {
    await sendAgain(fal, { ...job!.input, ...change });
  }
  pass(SETTLED);
  expect((await reconcile()).document.jobs[0]?.outcome).toBe('not_accepted');
  expect(await jobs()).toHaveLength(1);
});

describe('two reconciles at once', () => {
  test('end right, and nothing is adopted twice', async () => {
    const { fal, cwd, editAddress, reconcile, jobs } = await scene({ duplicatesExpected: 2 });
    await editAddress(LOST);
    await editAddress(LOST, '--again');
    await sendAgain(fal);
    const both = await Promise.all([1, 2, 3].map(() => reconcile(['--all'])));
    // Whoever came last may have found it all done.
    for (const { code } of both) expect(code).toBe(0);
    const all = await jobs();
    expect(all.map(({ state }) => state)).toEqual(['saved', 'saved', 'saved']);
    expect(new Set(all.map(({ requestId }) => requestId)).size).toBe(3);
    expect(await leftIn(cwd)).toEqual(['out.2.png', 'out.3.png', 'out.png']);
  });

  test('that saw them in another order agree', async () => {
    const { intended, ledger, fal } = await scene();
    await intended(INPUT);
    await intended(INPUT);
    await ledger((opened) => {
      const jobs = ['1', '2'].map(
        (_, index) => opened.db.rows('SELECT id FROM jobs ORDER BY seq')[index] as { id: string },
      );
      const open = jobs.map(({ id }) => opened.mustFind(id));
      const options = {
        ledger: opened,
        route: { via: fal.proxyUrl, account: undefined },
        settleMs: 0,
        now: opened.context.now(),
        falNow: undefined,
      };
      // Between our look and our word another process gives both away, the other way round.
      let others = () => {
        opened.accept(open[0]!.id, 'y');
        opened.accept(open[1]!.id, 'x');
      };
      const slower = Object.create(opened, {
        accept: {
          value: (id: string, requestId: string) => {
            others();
            others = () => undefined;
            opened.accept(id, requestId);
          },
        },
      }) as Ledger;
      const findings = settle(open, [past('y'), past('x')], [], { ...options, ledger: slower });
      expect(findings.map(({ outcome, job }) => [outcome, job.requestId])).toEqual([
        ['accepted', 'y'],
        ['accepted', 'x'],
      ]);
      expect(opened.db.rows('SELECT id FROM jobs')).toHaveLength(2);
    });
  });

  test('of which the other gave one away: the second request is for the second job, not a second charge', async () => {
    const { intended, ledger, fal } = await scene();
    await intended(INPUT);
    await intended(INPUT);
    await ledger((opened) => {
      const ids = opened.db.rows('SELECT id FROM jobs ORDER BY seq') as { id: string }[];
      const open = ids.map(({ id }) => opened.mustFind(id));
      // The other one has seen the newer request first.
      opened.accept(open[0]!.id, 'y');
      const findings = settle(open, [past('y'), past('x')], [], {
        ...{
          ledger: opened,
          route: { via: fal.proxyUrl, account: undefined },
          settleMs: 0,
          now: opened.context.now(),
          falNow: undefined,
        },
      });
      expect(findings.map((finding) => [finding.outcome, finding.job.requestId])).toEqual([
        ['accepted', 'y'],
        ['accepted', 'x'],
      ]);
      expect(
        findings.flatMap((finding) => (finding.outcome === 'accepted' ? finding.duplicates : [])),
      ).toEqual([]);
    });
  });
});
