import { describe, expect, it } from 'vitest';
import { CUT, LOST } from '../../edit/reconcile/scene.js';
import { statusToxic } from '../../edit/harness.js';
import { batchScene, rowsOf, typesOf } from '../scene.js';

const NOTHING = { found: 0, notTaken: 0, unknown: 0, duplicates: [], why: undefined };

describe('A row of which nobody knows whether fal took it', () => {
  it.each([
    ['its answer was lost', LOST],
    ['it was cut off before', CUT],
  ])('is not sent again, in this run or the next: %s', async (_, toxic) => {
    const { fal, run, results } = await batchScene({ toxics: [toxic] });
    const first = await run(rowsOf(3), { concurrency: 1 });
    expect(first.counts).toMatchObject({ unknown: 1, done: 2 });
    expect(typesOf(first.events, 'row 0')).toEqual(['begun', 'open']);
    expect(first.events.find((event) => event.type === 'open')?.error).toMatchObject({
      kind: 'unknown',
      charged: 'maybe',
    });
    const { total } = fal.ledger().requests;
    expect((await run(rowsOf(3), { retry: 'all' })).counts).toMatchObject({ unknown: 1, done: 2 });
    expect(fal.ledger().requests.total).toBe(total);
    expect((await results()).map(({ id }) => id).sort()).toEqual(['row 1', 'row 2']);
  });

  it('counts as spent as long as that is so', async () => {
    const { run } = await batchScene({ toxics: [LOST] });
    const { limits } = await run(rowsOf(1));
    expect([limits.sent, limits.spentUsd]).toEqual([1, expect.closeTo(0.075, 9)]);
  });

  it('is found at fal where it was taken, and comes home without being paid for again', async () => {
    const { fal, run, ask } = await batchScene({ toxics: [LOST] });
    await run(rowsOf(3), { concurrency: 1 });
    expect(await ask()).toEqual({ ...NOTHING, found: 1 });
    expect(await ask()).toEqual(NOTHING);
    const { counts, rows } = await run(rowsOf(3));
    expect(counts.done).toBe(3);
    expect(fal.ledger().accepted).toHaveLength(3);
    const ids = rows.map(({ job }) => job?.requestId);
    expect([...ids].sort()).toEqual(
      fal
        .ledger()
        .accepted.map(({ request_id: id }) => id)
        .sort(),
    );
  });

  it('is sent by the next run where fal provably did not take it, with another seed', async () => {
    const { fal, run, ask, results } = await batchScene({ toxics: [CUT] });
    const [before] = (await run(rowsOf(1))).rows;
    expect(await ask()).toEqual({ ...NOTHING, notTaken: 1 });
    const { counts, rows } = await run(rowsOf(1));
    expect(counts.done).toBe(1);
    expect(rows[0]).toMatchObject({ attempts: 2, key: before?.key });
    expect(rows[0]?.job?.seed).not.toBe(before?.job?.seed);
    expect(fal.ledger().accepted).toHaveLength(1);
    expect(await results()).toMatchObject([{ attempt: 2, seed: rows[0]?.job?.seed }]);
  });

  it('stays so where fal may not have listed it yet', async () => {
    const { run, ask } = await batchScene({ toxics: [CUT] });
    await run(rowsOf(1));
    expect(await ask({ settleMs: 600_000 })).toEqual({ ...NOTHING, unknown: 1 });
    const later = Date.now() + 700_000;
    // A clock of ours that jumps proves nothing: fal's own counts.
    expect(await ask({ settleMs: 600_000, now: () => later })).toEqual({ ...NOTHING, unknown: 1 });
  });

  it('stays so where fal does not say, which is told', async () => {
    const { fal, run, ask } = await batchScene({ toxics: [LOST] });
    await run(rowsOf(1));
    fal.addToxic(statusToxic('history', 401, { detail: 'no' }));
    const outcome = await ask();
    expect(outcome).toMatchObject({ found: 0, notTaken: 0, unknown: 1 });
    expect(outcome.why).toContain('401');
    fal.clearToxics();
    expect(await ask()).toEqual({ ...NOTHING, found: 1 });
  });

  it('can be paid for again where the user says so', async () => {
    const { fal, run } = await batchScene({ toxics: [CUT] });
    await run(rowsOf(1));
    const { counts, rows } = await run(rowsOf(1), { again: true });
    expect(counts).toMatchObject({ done: 1, unknown: 0 });
    expect(rows[0]?.attempts).toBe(2);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('is not lost where another one was paid for, and came to nothing', async () => {
    const { fal, run, ask } = await batchScene({ toxics: [LOST] });
    await run(rowsOf(1));
    fal.addToxic({ ...statusToxic('submit', 422, { detail: 'no' }), times: 1 });
    const again = await run(rowsOf(1), { again: true });
    expect(again.counts).toMatchObject({ unknown: 1, failed: 0 });
    expect(await ask()).toEqual({ ...NOTHING, found: 1 });
    expect((await run(rowsOf(1))).counts.done).toBe(1);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('is no longer one where the manifest does not have it any more', async () => {
    const { run, ask, fal } = await batchScene({ toxics: [LOST] });
    await run(rowsOf(1));
    await run([{ prompt: 'another' }]);
    const { total } = fal.ledger().requests;
    expect(await ask()).toEqual(NOTHING);
    expect(fal.ledger().requests.total).toBe(total);
  });
});

it('Many of them are each found as what they are', async () => {
  const { fal, run, ask } = await batchScene({
    toxics: [
      { ...LOST, times: 3 },
      { ...CUT, after: 3, times: 2 },
    ],
  });
  const { counts } = await run(rowsOf(8), { concurrency: 1 });
  expect(counts).toMatchObject({ unknown: 5, done: 3 });
  expect(await ask()).toEqual({ ...NOTHING, found: 3, notTaken: 2 });
  const after = await run(rowsOf(8));
  expect(after.counts.done).toBe(8);
  expect(fal.ledger().accepted).toHaveLength(8);
});
