import { describe, expect, it, test } from 'vitest';
import { mergeLedgers, orderRows } from '../../../src/ledger/batch/merge.js';
import { putRow } from '../../../src/ledger/batch/rows.js';
import { findRow, rowsInOrder } from '../../../src/ledger/batch/states.js';
import { findUpload, putUpload } from '../../../src/ledger/batch/uploads.js';
import { JOB_STATES, type JobState } from '../../../src/ledger/job.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { complete, intend, jobIn, picture, plan } from '../machine.js';
import { batchRow, openBatch, readManifest } from './rows.js';

const merge = (from: Ledger, to: Ledger): string[] =>
  mergeLedgers(
    from,
    to,
    (file) => file,
    (own) => own,
  );

/** From where a job in the whole is brought up to one in a part that has come that far. */
const TAKEN_OVER: Partial<Record<JobState, JobState[]>> = {
  intent: ['planned'],
  unknown: ['planned', 'intent'],
  rejected: ['planned', 'intent', 'unknown'],
  accepted: ['planned', 'intent', 'unknown', 'rejected'],
  cancelled: ['planned', 'intent', 'unknown', 'rejected', 'accepted'],
  failed: ['planned', 'intent', 'unknown', 'rejected', 'accepted', 'cancelled'],
  completed: ['planned', 'intent', 'unknown', 'rejected', 'accepted', 'cancelled', 'failed'],
  moderated: ['planned', 'intent', 'unknown', 'rejected', 'accepted', 'cancelled', 'failed', 'completed'],
  saved: [...JOB_STATES].filter((state) => state !== 'saved'),
};

describe('A job that both ledgers have', () => {
  test.each(JOB_STATES)(
    'and that is %s in the part is so in the whole where that knew less',
    async (state) => {
      const [from, to] = [await openBatch(), await openBatch()];
      const jobs = JOB_STATES.map((before) => ({ before, id: jobIn(from, state).id }));
      merge(from, to);
      for (const { before, id } of jobs) to.db.run('UPDATE jobs SET state = ? WHERE id = ?', before, id);
      merge(from, to);
      for (const { before, id } of jobs) {
        const isTakenOver = TAKEN_OVER[state]?.includes(before) === true;
        expect([before, to.mustFind(id).state]).toEqual([before, isTakenOver ? state : before]);
      }
    },
  );

  it('has the pictures of whichever brought them home', async () => {
    const [from, to] = [await openBatch(), await openBatch()];
    const id = plan(from, { askedHash: 'a' });
    intend(from, id);
    from.accept(id, 'request of both');
    complete(from, id, '/pictures/a.png', '/pictures/b.png');
    from.saveImage(id, picture(0, '/pictures/a.png'));
    merge(from, to);
    to.saveImage(id, picture(1, '/elsewhere/b.png'));
    from.saveImage(id, picture(1, '/pictures/b.png'));
    merge(from, to);
    expect(to.mustFind(id).images.map(({ path }) => path)).toEqual(['/pictures/a.png', '/elsewhere/b.png']);
  });
});

it('A request that both know by jobs of their own stays with the first, pictures and all', async () => {
  const [one, two, to] = [await openBatch(), await openBatch(), await openBatch()];
  for (const from of [one, two]) {
    const { id } = from.adopt({
      ...{ model: 'm', endpoint: 'e', via: 'fal', prompt: 'p', seed: 1 },
      requestId: 'adopted twice',
    });
    complete(from, id, '/pictures/a.png');
  }
  expect(merge(one, to)).toEqual([]);
  expect(merge(two, to)).toEqual([]);
  expect(to.db.rows('SELECT request_id FROM jobs')).toEqual([{ request_id: 'adopted twice' }]);
  expect(to.db.rows('SELECT path FROM images')).toHaveLength(1);
});

it('A file that was put to fal again is known by its newer address', async () => {
  const [from, to] = [await openBatch(), await openBatch()];
  putUpload(to, 'aa', 'fal', { url: 'https://fal.media/1', expiresAt: 10 });
  putUpload(from, 'aa', 'fal', { url: 'https://fal.media/2', expiresAt: 20 });
  merge(from, to);
  expect(findUpload(to, 'aa', 'fal')?.url).toBe('https://fal.media/2');
  putUpload(from, 'aa', 'fal', { url: 'https://fal.media/3', expiresAt: 5 });
  merge(from, to);
  expect(findUpload(to, 'aa', 'fal')?.url).toBe('https://fal.media/2');
});

describe('Rows', () => {
  it('that are not in the manifest of the part any more do not come along', async () => {
    const [from, to] = [await openBatch(), await openBatch()];
    readManifest(from, ['a', 'b']);
    readManifest(from, ['b']);
    jobIn(from, 'saved', { askedHash: 'a' });
    merge(from, to);
    expect(findRow(to, 'a')).toBeUndefined();
    expect(to.db.rows('SELECT asked_hash FROM jobs')).toEqual([{ asked_hash: 'a' }]);
  });

  it('are in the order of the manifests, by file and line, and else as they came', async () => {
    const [from, to] = [await openBatch(), await openBatch()];
    const rows: [key: string, file: string, line: number | undefined][] = [
      ...([
        ['c', 'b.csv', 2],
        ['b', 'a.csv', 10],
        ['a', 'a.csv', 9],
      ] as [string, string, number][]),
      ...([
        ['y', 'photo 2.png', undefined],
        ['x', 'photo 2.png', undefined],
      ] as [string, string, undefined][]),
    ];
    rows.forEach(([key, file, line], position) => putRow(from.db, batchRow(key, position, { file, line })));
    merge(from, to);
    orderRows(to);
    expect([...rowsInOrder(to)].map(({ key, position }) => [key, position])).toEqual([
      ...[
        ['a', 0],
        ['b', 1],
        ['c', 2],
        ['y', 3],
        ['x', 4],
      ],
    ]);
    orderRows(to);
    expect([...rowsInOrder(to)].map(({ key }) => key)).toEqual(['a', 'b', 'c', 'y', 'x']);
  });

  it('may be tens of thousands', async () => {
    const [from, to] = [await openBatch(), await openBatch()];
    const keys = Array.from({ length: 30_000 }, (_, index) => `row ${index}`);
    readManifest(from, keys);
    merge(from, to);
    orderRows(to);
    expect(to.db.row('SELECT count(*) AS n, max(position) AS last FROM batch_rows')).toEqual({
      n: 30_000,
      last: 29_999,
    });
  });
});
