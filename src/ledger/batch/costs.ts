import type { Database } from '../database.js';
import { COST } from '../spending.js';
import { estimatesOf } from './states.js';

/** Past and expected costs of the rows of a batch, in dollars, over all runs and tries. */
export interface BatchCosts {
  /** Billed by fal. */
  billed: number;
  /** Estimates for edits that fal has or may have, and has not billed. */
  outstanding: number;
  /** Estimates for edits still to be sent, as far as there are any. */
  pending: number;
}

const KEYS = 'SELECT key FROM batch_rows WHERE position IS NOT NULL';

/**
 * Costs of a batch. An edit that fal accepted twice counts twice, though its row has one result.
 *
 * @param isAllSent no row remains to be sent, so pending costs need not be added up
 */
export function batchCosts(db: Database, isAllSent = false): BatchCosts {
  const { billed, outstanding } = db.row(
    `SELECT coalesce(sum(CASE WHEN billed_usd IS NOT NULL THEN ${COST} ELSE 0 END), 0) AS billed,
       coalesce(sum(CASE WHEN billed_usd IS NULL THEN ${COST} ELSE 0 END), 0) AS outstanding
     FROM jobs WHERE asked_hash IN (${KEYS})
       OR duplicate_of IN (SELECT id FROM jobs WHERE asked_hash IN (${KEYS}))`,
  ) as { billed: number; outstanding: number };
  return { billed, outstanding, pending: isAllSent ? 0 : pendingUsd(db) };
}

function pendingUsd(db: Database): number {
  return estimatesOf(db, ['pending']).reduce((sum, { usd }) => sum + usd, 0);
}

/** Bills of the edits by an endpoint whose cost was unknown before, in dollars. */
export function unpricedBills(db: Database): { endpoint: string; edits: number; usd: number }[] {
  return db.rows(
    `SELECT endpoint, count(*) AS edits, sum(billed_usd) AS usd FROM jobs
     WHERE cost_grade IN ('assumed', 'measured', 'unknown') AND billed_usd IS NOT NULL AND charged <> 'no'
     GROUP BY 1`,
  ) as { endpoint: string; edits: number; usd: number }[];
}
