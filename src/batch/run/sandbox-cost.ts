import { usd } from '../../edit/plan/estimate.js';
import type { BatchSummary, ResultRow } from '../rows/result-row.js';

/** A row as written to files: the amount billed on the sandbox becomes 0; units and unit price stay. */
export function writtenRow<T extends Pick<ResultRow, 'sandbox' | 'cost'>>(row: T): T {
  if (!row.sandbox || row.cost.billed_usd === null) return row;
  return { ...row, cost: { ...row.cost, billed_usd: 0 } };
}

/** A summary as written to files: the amount that fal would have billed gets a separate field. */
export function writtenSummary<T extends Pick<BatchSummary, 'sandbox' | 'cost'>>(summary: T): T {
  if (!summary.sandbox) return summary;
  const { billed_usd: billed, outstanding_usd: outstanding } = summary.cost;
  const cost = { billed_usd: 0, would_be_usd: usd(billed + outstanding), outstanding_usd: 0, pending_usd: 0 };
  return { ...summary, cost };
}
