/*
 * `kill -9` at random times, until the batch is done: nothing is paid for twice, nothing that was paid for is lost.
 * `npm run test:long` takes many times as many rows.
 */
import { expect, test } from 'vitest';
import { batchKillLoop } from '../torture/batch-kills.js';

const seed = process.env['TORTURE_SEED'] ?? String(Date.now());
const times = Number(process.env['KILL_TIMES'] ?? 0.5);
const MINUTES = 60_000;

test.each([
  ['rows, 20 at a time', { rows: 120, concurrency: 20 }],
  ['a manifest that is edited between the runs', { rows: 80, concurrency: 20, edits: true }],
  ['a ledger that loses its last writes', { rows: 80, concurrency: 20, losesWal: true }],
  [
    'answers that are lost besides',
    {
      ...{ rows: 60, concurrency: 20 },
      faults: [
        { type: 'reset_peer', on: 'submit', toxicity: 0.1 },
        { type: 'status', on: 'result', code: 503, toxicity: 0.1 },
        { type: 'reset_peer', on: 'file', at: 40, toxicity: 0.1 },
      ] as const,
    },
  ],
])('%s', { timeout: (4 + times) * MINUTES }, async (_, options) => {
  const figures = await batchKillLoop({ ...options, rows: options.rows * times, seed });
  console.log(JSON.stringify({ seed, ...figures }));
  expect(figures, `TORTURE_SEED=${seed}`).toMatchObject({ duplicates: 0, lost: 0, unreported: 0 });
  expect(figures.kills).toBeGreaterThan(0);
});
