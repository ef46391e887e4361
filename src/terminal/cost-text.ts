import type { CostTotal } from '../batch/run/cost-total.js';
import type { EstimatedCost } from '../edit/events.js';
import type { CostGrade } from '../ledger/job.js';
import { usdText } from '../units.js';

/** How an estimate is named wherever it is shown. */
export const GRADE_TEXT: Readonly<Record<CostGrade, string>> = {
  calculated: 'calculated',
  history: "from fal's history",
  assumed: 'assumed',
  measured: 'as measured in this batch',
  unknown: 'unknown',
};

/** The estimated cost of one edit, with its grade: `about $0.075, calculated`, `cost unknown`. */
export function costText({ estimatedUsd, grade, unknown }: EstimatedCost): string {
  if (estimatedUsd === null) return unknown === null ? 'cost unknown' : `cost unknown: ${unknown}`;
  return `about ${usdText(estimatedUsd)}${grade === null ? '' : `, ${GRADE_TEXT[grade]}`}`;
}

/** Its form for the sandbox, which charges nothing. */
export function sandboxCostText(cost: EstimatedCost): string {
  const nothing = 'sandbox: nothing is charged';
  return cost.estimatedUsd === null ? nothing : `${nothing}, would be ${costText(cost)}`;
}

/**
 * The estimated cost of several edits, to follow "Estimated cost:": `$1.20, calculated`,
 * `$1.70 ($1.20 calculated, $0.50 assumed)`, `$1.20, calculated, and an unknown cost for 5 edits`.
 */
export function sumText(total: CostTotal): string {
  if (total.edits === total.unknown) return total.edits === 0 ? usdText(0) : 'unknown';
  const known = total.byGrade.filter(([grade]) => grade !== 'unknown');
  const parts = known.map(([grade, { usd }]) => `${usdText(usd)} ${GRADE_TEXT[grade]}`);
  const [[grade] = ['calculated' as const], ...others] = known;
  const source = others.length === 0 ? `, ${GRADE_TEXT[grade]}` : ` (${parts.join(', ')})`;
  const edits = total.unknown === 1 ? '1 edit' : `${total.unknown} edits`;
  return `${usdText(total.knownUsd)}${source}${total.unknown === 0 ? '' : `, and an unknown cost for ${edits}`}`;
}

/** A total in a sentence: `about $1.20, calculated`, `cost unknown`. */
export function totalText(total: CostTotal): string {
  const sum = sumText(total);
  return sum === 'unknown' ? 'cost unknown' : `about ${sum}`;
}

/** Its form for the sandbox. */
export function sandboxTotalText(total: CostTotal): string {
  const nothing = 'sandbox: nothing is charged';
  return total.edits === total.unknown ? nothing : `${nothing} (would be ${totalText(total)})`;
}
