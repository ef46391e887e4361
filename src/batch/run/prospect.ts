import {
  countStates,
  estimatesOf,
  rowsInOrder,
  type EstimatedRows,
  type RowState,
} from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { RowCounts } from '../rows/result-row.js';
import { CostTotal } from './cost-total.js';
import { isToAsk, isToSend, type RetryPolicy } from './retry.js';
import type { UnpricedRows } from './unpriced.js';

/** The work that a run has to do. */
export interface Prospect {
  counts: RowCounts;
  toSend: number;
  cost: CostTotal;
  /** Endpoints of the rows to send. */
  endpoints: string[];
  /** Number of rows to send whose cost is unknown, by endpoint. */
  unpriced: Map<string, number>;
  /** Number of rows at fal. */
  toFetch: number;
  /** Number of failed rows that may have been paid for: fal is asked about them before anything is sent. */
  toAsk: number;
}

/** The purpose of a run. */
export interface RunAim {
  retry: RetryPolicy;
  /** Pay again for rows that fal has or may have. */
  again: boolean;
  /** Send without waiting. */
  submitOnly: boolean;
  /** Fetch results only; send nothing. */
  collectOnly: boolean;
  /** Keys of rows that fal could not be asked about, which are left unchanged. */
  held?: ReadonlySet<string>;
}

/** States of rows that are sent only under certain conditions. */
const DOUBTFUL: readonly RowState[] = ['failed', 'moderated', 'waiting', 'unknown'];

/**
 * Determines the work from the ledger only. For a finished batch this is one query, however many rows it has.
 *
 * @param unpriced replaces unknown costs
 */
export function prospectOf(ledger: Ledger, aim: RunAim, unpriced?: UnpricedRows): Prospect {
  const { retry, again, submitOnly, collectOnly, held } = aim;
  const counts = countStates(ledger.db);
  const toFetch = again || submitOnly ? 0 : counts.waiting;
  const cost = new CostTotal();
  const endpoints = new Set<string>();
  const without = new Map<string, number>();
  const count = ({ endpoint, grade, rows, usd }: EstimatedRows): void => {
    const assumption = grade === 'unknown' ? unpriced?.assumptionFor(endpoint) : undefined;
    if (assumption === undefined) cost.add(grade, rows, usd);
    else cost.add(assumption.grade, rows, rows * assumption.usd);
    if (grade === 'unknown' && assumption === undefined) {
      without.set(endpoint, (without.get(endpoint) ?? 0) + rows);
    }
    endpoints.add(endpoint);
  };
  if (!collectOnly && counts.pending > 0) estimatesOf(ledger.db, ['pending']).forEach(count);
  let toAsk = 0;
  const states = DOUBTFUL.filter((state) => counts[state] > 0);
  for (const row of states.length === 0 ? [] : rowsInOrder(ledger, states)) {
    if (!again && held?.has(row.key) !== true && isToAsk(row)) toAsk++;
    if (collectOnly || !isToSend(row, retry, again, held)) continue;
    count({ ...row, grade: row.costGrade, rows: 1 });
  }
  return { counts, toSend: cost.edits, cost, endpoints: [...endpoints], unpriced: without, toFetch, toAsk };
}
