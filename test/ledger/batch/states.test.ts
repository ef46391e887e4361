import { describe, expect, it, test } from 'vitest';
import { batchCosts } from '../../../src/ledger/batch/costs.js';
import { putMeasured } from '../../../src/ledger/batch/rows.js';
import {
  countStates,
  endedKinds,
  endedRows,
  estimatesOf,
  findRow,
  isTaken,
  ROW_STATES,
  type RowState,
} from '../../../src/ledger/batch/states.js';
import type { Charged } from '../../../src/errors/error.js';
import { JOB_STATES, type Job, type JobState } from '../../../src/ledger/job.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { complete, intend, jobIn, newRequestId, picture, plan } from '../machine.js';
import { ENDPOINT, openBatch, readManifest } from './rows.js';

/** A job of a row, in a state. */
function rowJob(ledger: Ledger, key: string, state: JobState, charged?: Charged): Job {
  const { id } = jobIn(ledger, state, { askedHash: key });
  if (charged !== undefined) ledger.db.run('UPDATE jobs SET charged = ? WHERE id = ?', charged, id);
  return ledger.mustFind(id);
}

const stateOf = (ledger: Ledger, key: string): RowState | undefined => findRow(ledger, key)?.state;

/** What each state of a job makes of its row, by what was charged. */
const TABLE: Record<JobState, Record<Charged, RowState>> = {
  planned: { no: 'pending', maybe: 'pending', yes: 'pending' },
  intent: { no: 'unknown', maybe: 'unknown', yes: 'unknown' },
  unknown: { no: 'unknown', maybe: 'unknown', yes: 'unknown' },
  accepted: { no: 'waiting', maybe: 'waiting', yes: 'waiting' },
  completed: { no: 'waiting', maybe: 'waiting', yes: 'waiting' },
  saved: { no: 'done', maybe: 'done', yes: 'done' },
  rejected: { no: 'failed', maybe: 'failed', yes: 'failed' },
  failed: { no: 'failed', maybe: 'failed', yes: 'failed' },
  moderated: { no: 'moderated', maybe: 'moderated', yes: 'moderated' },
  cancelled: { no: 'pending', maybe: 'failed', yes: 'failed' },
};
const EVERY = JOB_STATES.flatMap((state) =>
  (['no', 'maybe', 'yes'] as const).map((charged) => ({ state, charged, row: TABLE[state][charged] })),
);

describe('The state of a row', () => {
  test.each(EVERY)('whose job is $state and charged: $charged, is $row', async ({ state, charged, row }) => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b']);
    rowJob(ledger, 'a', state, charged);
    expect(stateOf(ledger, 'a')).toBe(row);
    expect(stateOf(ledger, 'b')).toBe('pending');
  });

  it('is pending where fal provably has no such request', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a']);
    const { id } = rowJob(ledger, 'a', 'unknown');
    const error = { kind: 'temporary', message: 'whatever it says' } as const;
    ledger.end(id, { state: 'rejected', charged: 'no', error, reason: 'no_such_request' });
    expect(stateOf(ledger, 'a')).toBe('pending');
  });

  it('follows from what was measured, once its pictures are here', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b']);
    rowJob(ledger, 'a', 'saved');
    rowJob(ledger, 'b', 'failed');
    for (const key of ['a', 'b']) putMeasured(ledger.db, key, [{ met: false }], true);
    expect([stateOf(ledger, 'a'), stateOf(ledger, 'b')]).toEqual(['unmet', 'failed']);
    putMeasured(ledger.db, 'a', [{ met: true }], false);
    expect(stateOf(ledger, 'a')).toBe('done');
  });

  it('is that of the newest job', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a']);
    rowJob(ledger, 'a', 'failed');
    rowJob(ledger, 'a', 'moderated');
    const last = rowJob(ledger, 'a', 'accepted');
    expect(findRow(ledger, 'a')).toMatchObject({ state: 'waiting', attempts: 3, job: { id: last.id } });
  });

  it('is that of the one that is saved, whatever came after it', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a']);
    rowJob(ledger, 'a', 'failed');
    const saved = rowJob(ledger, 'a', 'saved');
    rowJob(ledger, 'a', 'failed');
    rowJob(ledger, 'a', 'unknown');
    expect(findRow(ledger, 'a')).toMatchObject({ state: 'done', attempts: 4, job: { id: saved.id } });
  });

  test.each<[what: string, jobs: [JobState, ...JobState[]], counts: number]>([
    ['fal has an earlier one than failed', ['accepted', 'failed'], 0],
    ['fal has made an earlier one than was cancelled', ['completed', 'cancelled'], 0],
    ['nobody knows of an earlier one than was refused', ['unknown', 'rejected'], 0],
    ['nobody knows of an earlier one than was never sent', ['intent', 'planned'], 0],
    ['fal has one, and nobody knows of a later one', ['accepted', 'unknown'], 0],
    ['fal has one, and nobody knows of an earlier one', ['unknown', 'accepted'], 1],
    ['fal has both', ['accepted', 'completed'], 1],
    ['nobody knows of either', ['unknown', 'intent'], 1],
    ['both are over', ['moderated', 'failed'], 1],
    ['one is over, and the next is not sent yet', ['failed', 'planned'], 1],
  ])('is that of the one that may still come home, where %s', async (_, jobs, counts) => {
    const ledger = await openBatch();
    readManifest(ledger, ['a']);
    const ids = jobs.map((state) => rowJob(ledger, 'a', state).id);
    expect(findRow(ledger, 'a')?.job?.id).toBe(ids[counts]);
    expect(countStates(ledger.db)[TABLE[jobs[counts]!].no]).toBe(1);
  });

  it('counts as attempts what may have been sent, and nothing else', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a']);
    rowJob(ledger, 'a', 'planned');
    expect(findRow(ledger, 'a')?.attempts).toBe(0);
    ledger.end(plan(ledger, { askedHash: 'a' }), { state: 'failed', charged: 'no' });
    expect(findRow(ledger, 'a')).toMatchObject({ state: 'failed', attempts: 0 });
    rowJob(ledger, 'a', 'rejected');
    expect(findRow(ledger, 'a')).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('is nothing to rows that ask for something else, nor to jobs of nobody', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a']);
    rowJob(ledger, 'b', 'saved');
    ledger.adopt({ model: 'm', endpoint: 'e', via: 'fal', prompt: 'p', seed: 1, requestId: newRequestId() });
    expect(findRow(ledger, 'a')).toMatchObject({ state: 'pending', job: undefined });
    expect(findRow(ledger, 'b')).toBeUndefined();
  });
});

describe('The states of all rows', () => {
  it('add up, without rows that the manifest does not have any more', async () => {
    const ledger = await openBatch();
    const keys = EVERY.map((_, index) => `row ${index}`);
    readManifest(ledger, ['gone', ...keys]);
    rowJob(ledger, 'gone', 'saved');
    EVERY.forEach(({ state, charged }, index) => rowJob(ledger, `row ${index}`, state, charged));
    readManifest(ledger, [...keys, 'new']);
    const counts = countStates(ledger.db);
    expect(Object.keys(counts).sort()).toEqual([...ROW_STATES].sort());
    for (const state of ROW_STATES) {
      const more = state === 'pending' ? 1 : 0;
      expect([state, counts[state]]).toEqual([state, EVERY.filter(({ row }) => row === state).length + more]);
    }
  });

  it('are all zero for a batch without rows', async () => {
    const ledger = await openBatch();
    expect(Object.values(countStates(ledger.db))).toEqual(ROW_STATES.map(() => 0));
    expect(estimatesOf(ledger.db, ROW_STATES)).toEqual([]);
    expect(endedKinds(ledger.db)).toEqual([]);
    expect(batchCosts(ledger.db)).toEqual({ billed: 0, outstanding: 0, pending: 0 });
  });
});

describe('What is still to be paid', () => {
  it('is the sum of the rows in these states, by their own estimates, and says on which endpoints', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b', 'c'], { usd: 0.25 });
    readManifest(ledger, ['a', 'b', 'c', 'd'], { usd: 0.25 });
    ledger.db.run("UPDATE batch_rows SET endpoint = 'other' WHERE key = 'd'");
    rowJob(ledger, 'a', 'saved');
    rowJob(ledger, 'b', 'failed');
    ledger.db.run("UPDATE batch_rows SET usd = 0, cost_grade = 'unknown' WHERE key = 'c'");
    expect(estimatesOf(ledger.db, ['pending', 'failed'])).toEqual([
      { endpoint: ENDPOINT, grade: 'calculated', usd: 0.25, rows: 1 },
      { endpoint: ENDPOINT, grade: 'unknown', usd: 0, rows: 1 },
      { endpoint: 'other', grade: 'calculated', usd: 0.25, rows: 1 },
    ]);
    expect(estimatesOf(ledger.db, ['unknown'])).toEqual([]);
    expect(estimatesOf(ledger.db, [])).toEqual([]);
  });

  it('is told apart from what fal billed, and what it will', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b', 'c', 'd', 'e', 'gone']);
    rowJob(ledger, 'a', 'saved');
    rowJob(ledger, 'a', 'failed', 'yes');
    rowJob(ledger, 'b', 'accepted');
    rowJob(ledger, 'c', 'unknown');
    rowJob(ledger, 'd', 'rejected');
    rowJob(ledger, 'gone', 'saved');
    readManifest(ledger, ['a', 'b', 'c', 'd', 'e']);
    const { billed, outstanding, pending } = batchCosts(ledger.db);
    expect(billed).toBeCloseTo(0.1, 9);
    // The failed try, the one at fal, and the one of which nobody knows.
    expect(outstanding).toBeCloseTo(0.3, 9);
    expect(pending).toBeCloseTo(0.1, 9);
  });
});

describe('Rows that came to an end', () => {
  it('are told in the order of ending', async () => {
    let now = 1_000_000;
    const ledger = await openBatch(undefined, { now: () => (now += 10) });
    readManifest(ledger, ['a', 'b', 'c', 'd', 'e']);
    const ids = ['c', 'a', 'd', 'b'].map((key) => {
      const id = plan(ledger, { askedHash: key });
      intend(ledger, id);
      ledger.accept(id, newRequestId());
      return { key, id };
    });
    for (const { id } of ids) complete(ledger, id, `/pictures/${id}.png`);
    for (const { key, id } of [...ids].reverse()) {
      if (key === 'a') ledger.end(id, { state: 'failed', charged: 'no' });
      else if (key !== 'd') ledger.saveImage(id, picture(0, `/pictures/${id}.png`));
    }
    expect(endedRows(ledger.db, '1')).toEqual(['b', 'a', 'c']);
    expect(endedRows(ledger.db, "j.state = 'failed'")).toEqual(['a']);
  });

  it('have kinds of error, each once; those that went well have none', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    const fail = (key: string, error?: Parameters<Ledger['end']>[1]['error']): void => {
      ledger.end(plan(ledger, { askedHash: key }), { state: 'failed', charged: 'no', error });
    };
    fail('a', { kind: 'auth', message: 'no key' });
    fail('b', { kind: 'auth', message: 'no key' });
    fail('c', { kind: 'temporary', message: 'gone', retryable: true });
    fail('d');
    rowJob(ledger, 'e', 'moderated');
    rowJob(ledger, 'f', 'saved');
    rowJob(ledger, 'g', 'unknown');
    expect(endedKinds(ledger.db).sort()).toEqual(['auth', 'failed', 'moderated', 'temporary']);
    readManifest(ledger, ['b', 'f']);
    expect(endedKinds(ledger.db)).toEqual(['auth']);
  });
});

describe('A row may have made what has its name', () => {
  const takenIn: JobState[] = ['intent', 'unknown', 'accepted', 'completed', 'saved', 'failed', 'moderated'];
  test.each(JOB_STATES)('where its job is %s', async (state) => {
    const ledger = await openBatch();
    rowJob(ledger, 'a', state);
    expect(isTaken(ledger.db, 'a')).toBe(takenIn.includes(state));
    expect(isTaken(ledger.db, 'b')).toBe(false);
  });

  it('where any of its jobs was taken', async () => {
    const ledger = await openBatch();
    rowJob(ledger, 'a', 'saved');
    rowJob(ledger, 'a', 'rejected');
    expect(isTaken(ledger.db, 'a')).toBe(true);
  });
});
