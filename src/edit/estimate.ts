import { FalEditError } from '../errors.js';
import type { LivePrice } from '../fal/prices.js';
import type { Caps } from '../ledger/caps.js';
import type { BillableWork, Model } from '../models/model.js';

/** What an edit will probably cost, and on what that rests. */
export interface Estimate {
  usd: number;
  units: number;
  unitUsd: number;
  unit: string;
  /** When the price was read: YYYY-MM-DD, or YYYY-MM. */
  priceDate: string;
  priceSource: string;
  assumptions: string[];
  /** Why it may cost more than that, by an amount that nobody can tell; empty where it may not. */
  unbounded: string[];
}

/** Units by the adapter's arithmetic, times fal's live price or the adapter's own. */
export function estimate(model: Model, work: BillableWork, live: LivePrice | undefined): Estimate {
  const { units, assumptions, unbounded } = model.billable(work);
  const { price } = model;
  const { unitUsd, priceDate, priceSource } = usable(live)
    ? {
        unitUsd: live.unitUsd,
        priceDate: new Date(live.readAt).toISOString().slice(0, 10),
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
 * A cap is kept only where it is known what the edit can cost at most.
 *
 * @throws FalEditError (budget)
 */
export function refuseUnbounded({ unbounded }: Estimate, { maxCostUsd, dailyCapUsd }: Caps): void {
  const flag =
    maxCostUsd !== undefined ? '--max-cost' : dailyCapUsd !== undefined ? '--daily-cap' : undefined;
  if (flag === undefined || unbounded.length === 0) return;
  throw new FalEditError(
    'budget',
    `${flag}: what this edit may cost at most cannot be told: ${unbounded.join('; ')}. Nothing was sent.`,
    { hint: `Leave that out, or run it without ${flag}.`, details: { unbounded } },
  );
}

/** A price for another unit than the one that the adapter counts cannot be multiplied with its count. */
function usable(live: LivePrice | undefined): live is LivePrice {
  return live !== undefined && /megapixel/i.test(live.unit);
}

/** Dollars without the dust of floating point: to a millionth. */
export function usd(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
