import { FalEditError } from '../../errors/error.js';
import type { CurrentPrice } from '../../fal/platform/prices.js';
import type { Caps } from '../../ledger/spending.js';
import type { BillableWork, Model } from '../../models/model.js';

/** Estimated cost of an edit, with its assumptions. */
export interface Estimate {
  usd: number;
  units: number;
  unitUsd: number;
  unit: string;
  /** When the price was read: YYYY-MM-DD, or YYYY-MM. */
  priceDate: string;
  priceSource: string;
  assumptions: string[];
  /** Why it may cost more, by an unknown amount; empty if it cannot. */
  unbounded: string[];
}

/**
 * Estimates the cost: the adapter's units, times fal's live price or the adapter's own.
 *
 * @throws FalEditError (budget): the model has no price of our own
 */
export function estimate(
  { name, price, billable }: Pick<Model, 'name' | 'price' | 'billable'>,
  work: BillableWork,
  current: CurrentPrice | undefined,
): Estimate {
  if (price === undefined || billable === undefined) {
    throw new FalEditError('budget', `The cost of an edit by ${name} is not known. Nothing was sent.`);
  }
  const { units, assumptions, unbounded } = billable(work);
  const { unitUsd, priceDate, priceSource } = usable(current)
    ? {
        unitUsd: current.unitUsd,
        priceDate: new Date(current.readAt).toISOString().slice(0, 10),
        priceSource: 'https://api.fal.ai/v1/models/pricing',
      }
    : { unitUsd: price.unitUsd, priceDate: price.date, priceSource: price.source };
  return {
    usd: usd(units * unitUsd),
    units,
    unitUsd,
    unit: price.unit,
    priceDate,
    priceSource,
    assumptions,
    unbounded,
  };
}

/**
 * Refuses an edit without a known maximum cost, since no cap could be kept.
 *
 * @throws FalEditError (budget)
 */
export function refuseUnbounded({ unbounded }: Estimate, { maxCostUsd, dailyCapUsd }: Caps): void {
  const flag =
    maxCostUsd !== undefined ? '--max-cost' : dailyCapUsd !== undefined ? '--daily-cap' : undefined;
  if (flag === undefined || unbounded.length === 0) return;
  throw new FalEditError(
    'budget',
    `${flag}: this edit has no known maximum cost: ${unbounded.join('; ')}. Nothing was sent.`,
    { hint: `Leave that out, or run without ${flag}.`, details: { unbounded } },
  );
}

/** Whether the price is for the unit that the adapter counts; it cannot be multiplied with a count of another. */
function usable(current: CurrentPrice | undefined): current is CurrentPrice {
  return current !== undefined && /megapixel/i.test(current.unit);
}

/** Dollars rounded to a millionth, without floating-point noise. */
export function usd(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
