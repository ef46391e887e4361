import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/batch/run/pace.js';
import type { PlannedRow } from '../../src/batch/rows/planned-row.js';
import { putUpload } from '../../src/ledger/batch/uploads.js';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { statusToxic } from '../edit/harness.js';
import { allRows, type RowFields } from './planning.js';
import { batchScene, rowsOf, typesOf, type Scene } from './scene.js';

/** The submit is refused because too many come, for as many requests as one edit tries. */
const BUSY = (edits: number): Toxic => ({ ...statusToxic('submit', 429), times: edits * 5 });

describe('A row that was not taken', () => {
  it('is tried again in the same run, when the others are through', async () => {
    const { fal, run } = await batchScene({ toxics: [BUSY(1)] });
    const { counts, events, limits } = await run(rowsOf(3), { concurrency: 1 });
    expect(counts.done).toBe(3);
    expect(typesOf(events, 'row 0')).toEqual(['begun', 'retrying', 'begun', 'ended']);
    expect(events.at(-1)).toMatchObject({ type: 'ended', row: { id: 'row 0' }, result: { attempt: 2 } });
    expect([fal.ledger().charges, limits.failures]).toEqual([3, 0]);
  });

  it('is given up after four tries, and tried again by the next run', async () => {
    const { fal, run, results } = await batchScene({ toxics: [BUSY(4)] });
    const { counts, events } = await run(rowsOf(1));
    expect(counts.failed).toBe(1);
    expect(typesOf(events, 'row 0')).toEqual(
      [...Array<string[]>(3).fill(['begun', 'retrying']), ['begun', 'ended']].flat(),
    );
    expect(await results()).toMatchObject([
      { state: 'failed', attempt: 4, error: { kind: 'temporary', charged: 'no' } },
    ]);
    const none = await run(rowsOf(1), { retry: 'none' });
    expect(none.counts.failed).toBe(1);
    expect((await run(rowsOf(1))).counts.done).toBe(1);
    expect(fal.ledger().charges).toBe(1);
    expect((await results()).map(({ state }) => state)).toEqual(['failed', 'done']);
  });

  it('has the batch given up where fal takes none for minutes', async () => {
    const { fal, run } = await batchScene({ toxics: [statusToxic('submit', 429)] });
    let now = 0;
    const sleep = (ms: number): Promise<void> => {
      now += ms;
      return Promise.resolve();
    };
    const pace = new Pace(undefined, { elapsed: () => now, sleep, signal: new AbortController().signal });
    const { counts, stopped } = await run(rowsOf(20), { concurrency: 1, pace });
    expect(now).toBeGreaterThan(120_000);
    expect(stopped).toMatchObject({
      kind: 'temporary',
      message: expect.stringContaining('fal has accepted no rows for several minutes') as string,
    });
    expect(counts.done).toBe(0);
    expect(counts.pending).toBeGreaterThan(5);
    expect(fal.ledger().charges).toBe(0);
  });

  it('is told as failed where the run stops before it is tried again', async () => {
    const { run, results } = await batchScene({ toxics: [BUSY(1)] });
    const { counts, events, stopped } = await run(rowsOf(4), { concurrency: 1, maxJobs: 2 });
    expect(stopped?.kind).toBe('budget');
    expect(counts).toMatchObject({ failed: 1, done: 2, pending: 1 });
    expect(typesOf(events, 'row 0')).toEqual(['begun', 'retrying', 'ended']);
    const lines = await results();
    expect(lines).toHaveLength(3);
    expect(lines.at(-1)).toMatchObject({ id: 'row 0', state: 'failed' });
  });

  it('since its picture could not be uploaded is sent with it in the end, once', async () => {
    const { fal, run } = await batchScene({ toxics: [{ ...statusToxic('put', 500), times: 8 }] });
    const { counts } = await run(rowsOf(3));
    expect(counts.done).toBe(3);
    expect(fal.ledger().charges).toBe(3);
  });
});

/** The batch's picture is known to be at an address that fal has let go of. */
async function withLostUpload({ run, within, fal }: Scene, rows: readonly RowFields[]): Promise<void> {
  await run(rows, { maxJobs: 0 });
  await within((ledger) => {
    for (const { plan } of allRows(ledger)) {
      for (const { upload } of (plan as PlannedRow).attachments) {
        putUpload(ledger, upload!.sha256, 'fal', {
          url: `${fal.url}/files/gone/cat.png`,
          expiresAt: Date.now() + 60_000,
        });
      }
    }
  });
}

describe('A file that fal does not have any more', () => {
  it('is uploaded anew once, for all rows that were sent with its old address', async () => {
    const scene = await batchScene();
    const rows = rowsOf(6);
    await withLostUpload(scene, rows);
    const { counts, events, uploads } = await scene.run(rows, { concurrency: 6 });
    expect(counts).toMatchObject({ done: 6, failed: 0 });
    expect(uploads.files).toBe(1);
    for (const { id } of rows) expect(typesOf(events, id)).toEqual(['begun', 'retrying', 'begun', 'ended']);
    expect(scene.fal.ledger().accepted).toHaveLength(12);
    expect(
      scene.fal.ledger().accepted.reduce((sum, { charged_usd: usd }) => sum + (usd ?? 0), 0),
    ).toBeGreaterThan(0);
    expect(scene.fal.ledger().accepted.filter(({ charged_usd: usd }) => usd === 0)).toHaveLength(6);
  });

  it('and that is not the reason fails its row like any other', async () => {
    const { run, fal } = await batchScene();
    const url = `${fal.url}/files/gone/cat.png`;
    const { counts, events } = await run([{ id: 'a', image: url }]);
    expect(counts.failed).toBe(1);
    expect(typesOf(events, 'a')).toEqual(['begun', 'ended']);
  });
});

describe('A run stops sending', () => {
  it.each([
    { what: '--max-jobs', options: { maxJobs: 2 }, kind: 'budget', sent: 2 },
    { what: '--max-cost', options: { maxCostUsd: 0.2 }, kind: 'budget', sent: 2 },
    { what: '--max-jobs of none', options: { maxJobs: 0 }, kind: 'budget', sent: 0 },
  ])('at $what, and what it has sent comes home', async ({ options, kind, sent }) => {
    const { fal, run } = await batchScene({ inferenceMs: 30 });
    const first = await run(rowsOf(5), options);
    expect(first.stopped?.kind).toBe(kind);
    expect(first.counts).toMatchObject({ done: sent, pending: 5 - sent });
    expect(typesOf(first.events)).toEqual(['started', 'stopped']);
    expect(fal.ledger().charges).toBe(sent);
    expect((await run(rowsOf(5))).counts.done).toBe(5);
    expect(fal.ledger().charges).toBe(5);
  });

  it('when as many rows have failed as may', async () => {
    const { run, results } = await batchScene();
    const rows = rowsOf(9).map((row, index) =>
      index < 3 ? { ...row, prompt: `[sandbox:policy] ${index}` } : row,
    );
    const { stopped, counts } = await run(rows, { maxFailures: 2, concurrency: 1 });
    expect(stopped).toMatchObject({ kind: 'partial', details: { failures: 2 } });
    expect(counts.moderated).toBeLessThanOrEqual(3);
    expect(counts.pending).toBeGreaterThan(0);
    expect((await results()).filter(({ state }) => state === 'moderated').length).toBe(counts.moderated);
  });

  it('when the key is wrong, before it tries all rows', async () => {
    const { fal, run } = await batchScene({ key: 'another:key' });
    const { stopped, counts } = await run(rowsOf(30), { concurrency: 2 });
    expect(stopped?.kind).toBe('auth');
    expect(counts.pending).toBeGreaterThan(24);
    expect(fal.ledger().charges).toBe(0);
  });

  it('when the day’s cap is reached', async () => {
    const { run } = await batchScene();
    const budget = {
      take: () => {
        throw new Error('not agreed');
      },
      settle: () => undefined,
      close: () => undefined,
    };
    const { stopped, counts, limits } = await run(rowsOf(3), { budget });
    expect(stopped?.message).toContain('not agreed');
    expect([counts.pending, limits.sent, limits.spentUsd]).toEqual([3, 0, 0]);
  });
});

describe('Rows that fail at fal', () => {
  it('are told, do not keep others from being sent, and are tried again where that can help', async () => {
    const { run, results, fal } = await batchScene();
    const rows: RowFields[] = [
      { id: 'fail', prompt: '[sandbox:fail]' },
      { id: 'policy', prompt: '[sandbox:policy]' },
      { id: 'nsfw', prompt: '[sandbox:nsfw]' },
      { id: 'well' },
    ];
    const { counts } = await run(rows);
    expect(counts).toMatchObject({ failed: 1, moderated: 2, done: 1 });
    const lines = await results();
    const errorOf = (id: string) => lines.find((line) => line.id === id)?.error;
    expect([errorOf('fail')?.kind, errorOf('policy')?.kind, errorOf('nsfw')?.kind, errorOf('well')]).toEqual([
      ...['failed', 'moderated', 'moderated', null],
    ]);
    expect(errorOf('nsfw')?.charged).toBe('yes');
    const sent = fal.ledger().accepted.length;
    const next = await run(rows);
    expect(next.counts).toEqual(counts);
    // A model that failed at no cost may do better with another seed; a prompt that is refused will not.
    const again = fal
      .ledger()
      .accepted.slice(sent)
      .map(({ input }) => (input as { prompt: string }).prompt);
    expect(again).toEqual(['[sandbox:fail]']);
    await run(rows, { retry: 'all' });
    expect(fal.ledger().accepted.slice(sent + 1)).toHaveLength(3);
  });
});
