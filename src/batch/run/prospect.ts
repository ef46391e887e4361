import { countStates, estimateOf, rowsInOrder, type RowState } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { RowCounts } from '../rows/result-row.js';
import { isToAsk, isToSend, type RetryPolicy } from './retry.js';

/** The work that a run has to do. */
export interface Prospect {
  counts: RowCounts;
  toSend: number;
  /** Estimated cost in dollars. */
  usd: number;
  /** Endpoints of the rows to send. */
  endpoints: string[];
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

/** Determines the work from the ledger only. For a finished batch this is one query, however many rows it has. */
export function prospectOf(ledger: Ledger, aim: RunAim): Prospect {
  const { retry, again, submitOnly, collectOnly, held } = aim;
  const counts = countStates(ledger.db);
  const toFetch = again || submitOnly ? 0 : counts.waiting;
  const prospect = { toSend: 0, toAsk: 0, usd: 0, endpoints: new Set<string>() };
  if (!collectOnly && counts.pending > 0) {
    const pending = estimateOf(ledger.db, ['pending']);
    Object.assign(prospect, {
      toSend: pending.rows,
      usd: pending.usd,
      endpoints: new Set(pending.endpoints),
    });
  }
  const states = DOUBTFUL.filter((state) => counts[state] > 0);
  for (const row of states.length === 0 ? [] : rowsInOrder(ledger, states)) {
    if (!again && held?.has(row.key) !== true && isToAsk(row)) prospect.toAsk++;
    if (collectOnly || !isToSend(row, retry, again, held)) continue;
    prospect.toSend++;
    prospect.usd += row.usd;
    prospect.endpoints.add(row.endpoint);
  }
  return { counts, toFetch, ...prospect, endpoints: [...prospect.endpoints] };
}
