/*
 * Many rows, and everything that can go wrong to a share of them. `npm run test:long` takes 10,000 rows.
 * Every row has to come to one end, and all that is told of it to agree.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ResultRow, RowCounts } from '../../src/batch/rows/result-row.js';
import { countStates, rowsInOrder } from '../../src/ledger/batch/states.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { Secrets } from '../../src/secrets.js';
import { DEAD } from '../support/ledger.js';
import { acceptedByPrompt, batchFolder, resultsIn, summaryIn } from '../torture/batch-folder.js';

const ROWS = Number(process.env['BATCH_ROWS'] ?? 200);
/** The share of requests that each fault hits. */
const SHARE = 0.05;

/** One fault of each kind that a row can live through, or end by. */
const FAULTS: readonly Toxic[] = [
  // fal took it, and the answer is lost.
  { type: 'reset_peer', on: 'submit' },
  { type: 'limit_data', on: 'submit', fraction: 0.5 },
  { type: 'status', on: 'submit', code: 504, stream: 'downstream' },
  // It did not, and does not always say so.
  { type: 'status', on: 'submit', code: 429, headers: { 'retry-after': '0' } },
  { type: 'status', on: 'submit', code: 503 },
  // While it is waited for.
  { type: 'early_end', on: 'stream', events: 1 },
  { type: 'reset_peer', on: 'stream', at: 80 },
  { type: 'status', on: 'status', code: 500 },
  { type: 'status', on: 'result', code: 502, html: true },
  { type: 'status', on: 'result', code: 503 },
  { type: 'blank', on: 'result' },
  // The picture.
  { type: 'reset_peer', on: 'file', at: 40 },
  { type: 'status', on: 'file', code: 503 },
];

/** Some prompts make the model fail, some its content checker. */
const prompts = Array.from({ length: ROWS }, (_, index) => {
  const word = index % 20 === 7 ? '[sandbox:fail] ' : index % 20 === 13 ? '[sandbox:policy] ' : '';
  return `${word}row ${index}`;
});

test(`${ROWS} rows, ${SHARE * 100} % of each fault`, { timeout: 60_000 + ROWS * 60 }, async () => {
  const place = await batchFolder(prompts, {
    toxics: FAULTS.map((fault) => ({ ...fault, toxicity: SHARE })),
  });
  const { fal, cwd } = place;
  const ended = await place.run(
    '--concurrency',
    '40',
    '--settle',
    '0s',
    '--junit',
    'junit.xml',
    '--no-report',
  );
  expect([3, 9], ended.stderr.slice(-2_000)).toContain(ended.code);

  const ledger = await Ledger.open(path.join(cwd, 'out'), {
    ...{
      now: () => Date.now(),
      sleep: () => Promise.resolve(),
      self: DEAD,
      isRunning: () => false,
      secrets: new Secrets(),
    },
  });
  const counts = countStates(ledger.db);
  const rows = [...rowsInOrder(ledger)];
  ledger.close();
  console.log(figures(counts, fal.ledger().accepted.length));

  // The ledger: every row in one state.
  expect(rows).toHaveLength(ROWS);
  expect(sum(counts)).toBe(ROWS);
  expect(counts).toMatchObject({ pending: 0, waiting: 0 });
  // fal: nothing was paid for twice, and whatever it took has a row that knows of it.
  const accepted = acceptedByPrompt(fal);
  expect([...accepted].filter(([, times]) => times > 1)).toEqual([]);
  const known = new Set(rows.map(({ job }) => job?.requestId));
  const unknown = rows.filter(({ state }) => state === 'unknown').map(({ job }) => job?.prompt);
  const strangers = fal.ledger().accepted.filter(({ request_id: id }) => !known.has(id));
  expect(strangers.filter(({ input }) => !unknown.includes((input as { prompt: string }).prompt))).toEqual(
    [],
  );
  // summary.json, results.jsonl and JUnit say the same.
  const summary = await summaryIn(cwd);
  expect(summary.states).toEqual(counts);
  expect(summary.exit_code).toBe(ended.code);
  const results = await resultsIn(cwd);
  expect(new Set(results.map(({ key }) => key)).size).toBe(results.length);
  expect(tally(results)).toEqual({ ...counts, unknown: 0 });
  const junit = await readFile(path.join(cwd, 'junit.xml'), 'utf8');
  const [, tests, failures, errors] = /tests="(\d+)" failures="(\d+)" errors="(\d+)"/
    .exec(junit)!
    .map(Number);
  expect([tests, failures, errors]).toEqual([
    ROWS,
    counts.failed + counts.moderated + counts.unmet,
    counts.unknown,
  ]);
  expect(junit.match(/<testcase /g)).toHaveLength(ROWS);
  // The money: what fal charges is what the ledger says.
  const charged = fal.ledger().accepted.reduce((total, { charged_usd: usd }) => total + (usd ?? 0), 0);
  expect(summary.cost.billed_usd + summary.cost.outstanding_usd).toBeGreaterThanOrEqual(charged - 1e-6);
  // Each done row has its picture.
  const paths = results.flatMap(({ state, images }) =>
    state === 'done' ? images.map((image) => image.path) : [],
  );
  expect(paths.filter((file) => file === null)).toEqual([]);
  expect(new Set(paths).size).toBe(counts.done);
  // And it was a trial.
  expect(counts.failed + counts.moderated).toBeGreaterThan(ROWS * 0.1);

  // Again: what is done touches nothing, and what fal did not take is sent.
  const before = fal.ledger();
  fal.clearToxics();
  const again = await place.run('--concurrency', '40', '--settle', '0s', '--no-report');
  expect([0, 3], again.stderr.slice(-2_000)).toContain(again.code);
  const after = fal.ledger();
  const sent = after.accepted.length - before.accepted.length;
  // A model that failed may do better; nothing else is sent again.
  expect(sent).toBeLessThanOrEqual(counts.failed + counts.unknown);
  expect((await summaryIn(cwd)).states).toMatchObject({ pending: 0, waiting: 0, unknown: 0 });
});

function sum(counts: RowCounts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function tally(results: readonly ResultRow[]): RowCounts {
  const none: RowCounts = {
    ...{ pending: 0, waiting: 0, done: 0, unmet: 0, failed: 0, moderated: 0, unknown: 0 },
  };
  for (const { state } of results) none[state]++;
  return none;
}

function figures(counts: RowCounts, accepted: number): string {
  return Object.entries({ rows: ROWS, ...counts, accepted })
    .map(([name, value]) => `${name.padEnd(12)} ${String(value).padStart(8)}`)
    .join('\n');
}
