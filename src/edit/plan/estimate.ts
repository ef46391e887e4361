import { FalEditError } from '../../errors/error.js';
import type { CurrentPrice, PastPrice } from '../../fal/platform/prices.js';
import type { CostGrade } from '../../ledger/job.js';
import type { Caps } from '../../ledger/spending.js';
import type { BillableWork, Model } from '../../models/model.js';
import { countUnits } from './unit-counts.js';

/** Estimated cost of an edit, with its assumptions. */
export interface Estimate {
  /** Where the cost comes from. */
  grade: CostGrade;
  /** Undefined if the cost is unknown. */
  usd: number | undefined;
  /** Undefined unless the cost is calculated. */
  units: number | undefined;
  /** fal's price of one unit, in dollars; undefined if unknown. */
  unitUsd: number | undefined;
  /** In fal's words, which are not trusted; undefined if unknown. */
  unit: string | undefined;
  /** The unit to follow a price, as in "$0.04 a picture"; undefined unless the cost is calculated. */
  each: string | undefined;
  /** When the price was read: YYYY-MM-DD, or YYYY-MM; undefined if unknown. */
  priceDate: string | undefined;
  priceSource: string | undefined;
  /** Why the cost cannot be known, to follow "it is" or a colon; undefined if it can. */
  unknown: string | undefined;
  assumptions: string[];
  /** Why it may cost more, by an unknown amount; empty if it cannot. */
  unbounded: string[];
}

/** fal's prices of an endpoint, as far as known. */
export interface KnownPrices {
  current?: CurrentPrice | undefined;
  /** From fal's history; only for an endpoint whose cost cannot be calculated. */
  past?: PastPrice | undefined;
  /** Why `current` is unknown, in words. */
  missing?: string | undefined;
}

/** The cost of an edit whose price is unknown, in dollars: as the user assumes, or as measured by the bills of others. */
export interface Assumption {
  usd: number;
  grade: 'assumed' | 'measured';
}

const PRICING_URL = 'https://api.fal.ai/v1/models/pricing';

/** Lower prices of a unit are placeholders: fal's pages name others for the same models (any-model.md 3). */
const LEAST_UNIT_USD = 0.001;

/**
 * Estimates the cost: units times the price of one. The units are the adapter's for a listed model, which has a price
 * of our own too; else those of fal's price, or the cost of earlier calls.
 */
export function estimate(
  { price, billable }: Pick<Model, 'price' | 'billable'>,
  work: BillableWork,
  prices: KnownPrices,
): Estimate {
  const { current } = prices;
  if (price === undefined || billable === undefined) return estimateByFal(work, prices);
  const { units, assumptions, unbounded } = billable(work);
  const { unitUsd, priceDate, priceSource } = isPerMegapixel(current)
    ? { unitUsd: current.unitUsd, priceDate: dateOf(current.readAt), priceSource: PRICING_URL }
    : { unitUsd: price.unitUsd, priceDate: price.date, priceSource: price.source };
  return {
    ...{ grade: 'calculated', usd: usd(units * unitUsd), units, unitUsd, unit: price.unit },
    ...{ each: 'a megapixel', priceDate, priceSource, unknown: undefined, assumptions, unbounded },
  };
}

/** Estimates the cost of an edit by an endpoint whose price only fal knows. */
function estimateByFal(work: BillableWork, { current, past, missing }: KnownPrices): Estimate {
  const base: Estimate = {
    ...{ grade: 'unknown', usd: undefined, units: undefined, each: undefined },
    ...{ unitUsd: current?.unitUsd, unit: current?.unit },
    ...{ priceDate: undefined, priceSource: undefined, unknown: undefined, assumptions: [], unbounded: [] },
  };
  const counted = current === undefined ? undefined : countUnits(current.unit, work);
  const unknown =
    current === undefined
      ? (missing ?? 'fal did not say its price')
      : (counted?.unknown ??
        (current.unitUsd < LEAST_UNIT_USD
          ? `a unit price of ${exactUsd(current.unitUsd)} is a placeholder`
          : undefined));
  if (unknown === undefined && current !== undefined && counted?.units !== undefined) {
    return {
      ...base,
      ...{ grade: 'calculated', usd: usd(counted.units * current.unitUsd), units: counted.units },
      ...{ each: counted.each, assumptions: counted.assumptions },
      ...{ priceDate: dateOf(current.readAt), priceSource: PRICING_URL },
    };
  }
  if (past === undefined) return { ...base, unknown };
  return {
    ...base,
    ...{ grade: 'history', usd: usd(work.numImages * past.callUsd), unknown },
    ...{ priceDate: dateOf(past.readAt), priceSource: `${PRICING_URL}/estimate` },
    assumptions: [
      work.numImages > 1
        ? 'each picture costs as much as an earlier call'
        : 'the edit costs as much as an earlier call',
    ],
  };
}

/** The user's assumption, if there is one. */
export function assumptionOf(usd: number | undefined): Assumption | undefined {
  return usd === undefined ? undefined : { usd, grade: 'assumed' };
}

/** Replaces an unknown cost with an assumed one. A known one stays as it is. */
export function assuming(estimate: Estimate, assumption: Assumption | undefined): Estimate {
  if (estimate.grade !== 'unknown' || assumption === undefined) return estimate;
  return { ...estimate, ...assumption };
}

/**
 * Refuses an edit of unknown cost, since no cap could be kept. On the sandbox it is no obstacle: nothing is charged.
 *
 * @throws FalEditError (budget)
 */
export function refuseUnpriced({ grade, unknown = '' }: Estimate, caps: Caps, sandbox: boolean): void {
  const flag = capIn(caps);
  if (flag === undefined || grade !== 'unknown' || sandbox) return;
  throw new FalEditError(
    'budget',
    `${flag}: the cost of this edit is unknown: ${unknown}. Nothing was sent.`,
    { hint: `${ASSUME_HINT} Or run without ${flag}.`, details: { unknown } },
  );
}

/**
 * Refuses an edit without a known maximum cost, since no cap could be kept.
 *
 * @throws FalEditError (budget)
 */
export function refuseUnbounded({ unbounded }: Estimate, caps: Caps): void {
  const flag = capIn(caps);
  if (flag === undefined || unbounded.length === 0) return;
  throw new FalEditError(
    'budget',
    `${flag}: this edit has no known maximum cost: ${unbounded.join('; ')}. Nothing was sent.`,
    { hint: `Leave that out, or run without ${flag}.`, details: { unbounded } },
  );
}

function capIn({ maxCostUsd, dailyCapUsd }: Caps): string | undefined {
  return maxCostUsd !== undefined ? '--max-cost' : dailyCapUsd !== undefined ? '--daily-cap' : undefined;
}

/** Advice about an unknown price. */
export const ASSUME_HINT =
  "Say what one edit may cost, e.g. --assume-cost 0.10; the model's page at fal has its prices.";

/** Whether the price is for the unit that the adapter counts; it cannot be multiplied with a count of another. */
function isPerMegapixel(current: CurrentPrice | undefined): current is CurrentPrice {
  return current !== undefined && /megapixel/i.test(current.unit);
}

function dateOf(readAt: number): string {
  return new Date(readAt).toISOString().slice(0, 10);
}

/** Dollars with all digits: `$0.00017`. */
function exactUsd(amount: number): string {
  return `$${amount.toFixed(12).replace(/\.?0+$/, '')}`;
}

/** Dollars rounded to a millionth, without floating-point noise. */
export function usd(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
