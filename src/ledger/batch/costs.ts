import type { Database } from '../database.js';
import { COST } from '../spending.js';
import { estimateOf } from './states.js';

/** What the rows of a batch have cost and will, in dollars, over all runs and tries. */
export interface BatchCosts {
  /** What fal billed. */
  billed: number;
  /** Estimates for what fal has or may have, and has not billed. */
  outstanding: number;
  /** Estimates for what is to be sent. */
  pending: number;
}

const KEYS = 'SELECT key FROM batch_rows WHERE position IS NOT NULL';

/**
 * What fal took twice counts twice, though a row has one result.
 *
 * @param isAllSent it is known that no row is to be sent, and there is nothing to add up
 */
export function batchCosts(db: Database, isAllSent = false): BatchCosts {
  const { billed, outstanding } = db.row(
    `SELECT coalesce(sum(CASE WHEN billed_usd IS NOT NULL THEN ${COST} ELSE 0 END), 0) AS billed,
       coalesce(sum(CASE WHEN billed_usd IS NULL THEN ${COST} ELSE 0 END), 0) AS outstanding
     FROM jobs WHERE asked_hash IN (${KEYS})
       OR duplicate_of IN (SELECT id FROM jobs WHERE asked_hash IN (${KEYS}))`,
  ) as { billed: number; outstanding: number };
  return { billed, outstanding, pending: isAllSent ? 0 : estimateOf(db, ['pending']).usd };
}
