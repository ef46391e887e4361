import type { ResultRow, RowState } from '../../batch/rows/result-row.js';
import type { Charged } from '../../errors/error.js';
import { whatHappened } from '../what-happened.js';

export interface WorstOptions {
  /** Whether rows that are waiting or pending count as well, after all others. */
  unfinished?: boolean;
}

/** From the worst: what may be paid for and cannot be accounted for, down to what has only to be sent. */
const BADNESS: readonly RowState[] = ['unknown', 'failed', 'moderated', 'unmet', 'waiting', 'pending'];
const UNFINISHED: readonly RowState[] = ['waiting', 'pending'];
const BY_CHARGE: readonly Charged[] = ['yes', 'maybe', 'no'];

/**
 * The rows that went wrong, the worst first: by state, then what was paid for before what was not, then as they come.
 *
 * @param most how many at most; no more of them are held at any time
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
    // After those that are as bad: they came first.
    const better = kept.findIndex((other) => other.rank > rank);
    if (better === -1 && kept.length >= most) continue;
    kept.splice(better === -1 ? kept.length : better, 0, { row, rank });
    if (kept.length > most) kept.pop();
  }
  return kept.map(({ row }) => row);
}

/** The smaller, the worse. */
function rankOf(row: ResultRow): number {
  return BADNESS.indexOf(row.state) * BY_CHARGE.length + BY_CHARGE.indexOf(whatHappened(row).charged);
}
