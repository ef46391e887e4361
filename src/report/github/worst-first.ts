import type { ResultRow, RowState } from '../../batch/rows/result-row.js';
import type { Charged } from '../../errors/error.js';
import { whatHappened } from '../what-happened.js';

export interface WorstOptions {
  /** Whether to include waiting and pending rows, after all others. */
  unfinished?: boolean;
}

/** From the worst (perhaps charged, outcome unknown) to the mildest (not sent yet). */
const BADNESS: readonly RowState[] = ['unknown', 'failed', 'moderated', 'unmet', 'waiting', 'pending'];
const UNFINISHED: readonly RowState[] = ['waiting', 'pending'];
const BY_CHARGE: readonly Charged[] = ['yes', 'maybe', 'no'];

/**
 * The rows that went wrong, worst first: by state, then charged rows before others, then in their given order.
 *
 * @param most how many rows at most; no more are held in memory
 */
export function worstFirst(
  rows: Iterable<ResultRow>,
  most: number,
  { unfinished = false }: WorstOptions = {},
): ResultRow[] {
  const kept: { row: ResultRow; rank: number }[] = [];
  for (const row of rows) {
    if (row.state === 'done' || (!unfinished && UNFINISHED.includes(row.state))) continue;
    const rank = rankOf(row);
    // Goes after rows of equal rank, which came first.
    const better = kept.findIndex((other) => other.rank > rank);
    if (better === -1 && kept.length >= most) continue;
    kept.splice(better === -1 ? kept.length : better, 0, { row, rank });
    if (kept.length > most) kept.pop();
  }
  return kept.map(({ row }) => row);
}

/** Rank of a row; a lower one is worse. */
function rankOf(row: ResultRow): number {
  return BADNESS.indexOf(row.state) * BY_CHARGE.length + BY_CHARGE.indexOf(whatHappened(row).charged);
}
