import { resultOf } from '../../batch/run/result.js';
import type { ResultRow } from '../../batch/rows/result-row.js';
import { standingOf, summaryOf } from '../../batch/run/summary.js';
import type { Context } from '../../context.js';
import { ROW_STATES, rowsInOrder, type RowState } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { BatchOptions } from './options.js';
import { writeJunit } from './write-junit.js';

/** Hint for rows that are not up to date. */
export const MAKE_IT = 'Run the batch without --frozen, and commit its files.';

/** A finished --frozen check. */
export interface FrozenCheck {
  ledger: Ledger;
  /** Absolute. */
  outDir: string;
  /** As the user named it. */
  source: string;
  /** Reasons of the rows that are not up to date, by key. */
  reasons: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** Writes the check as JUnit XML: a row that is not up to date is a failure, whatever its state was before. */
export async function writeFrozenJunit(
  { ledger, outDir, source, reasons, startedAt }: FrozenCheck,
  { junit, shard }: Pick<BatchOptions, 'junit' | 'shard'>,
  context: Pick<Context, 'now' | 'cwd'>,
  terminal: Terminal,
): Promise<void> {
  if (junit === undefined) return;
  const states = Object.fromEntries(ROW_STATES.map((state) => [state, 0])) as Record<RowState, number>;
  for (const { key } of rowsInOrder(ledger)) states[reasons.has(key) ? 'failed' : 'done']++;
  const finishedAt = context.now();
  const summary = summaryOf(standingOf(ledger, states), {
    ...{ source, shard: shard === undefined ? null : `${shard.index}/${shard.count}` },
    ...{ startedAt, finishedAt, total_ms: finishedAt - startedAt },
    ...{ invalid: 0, ending: undefined, stopped: undefined, submitted: 0, uploads: 0, uploaded_bytes: 0 },
  });
  const rows = function* (): Generator<ResultRow, void, undefined> {
    for (const row of rowsInOrder(ledger)) {
      yield ledger.db.secrets.redactIn(judged(resultOf(row, outDir), reasons.get(row.key)));
    }
  };
  await writeJunit(junit, summary, rows(), { outDir, cwd: context.cwd }, terminal);
}

function judged(row: ResultRow, reason: string | undefined): ResultRow {
  if (reason === undefined) return row;
  return {
    ...row,
    state: 'failed',
    error: { kind: 'expectation', message: reason, hint: MAKE_IT, charged: 'no' },
  };
}
