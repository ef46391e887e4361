import { canAskPrices, currentPrice, pastPrice, type PriceOptions } from '../../fal/platform/prices.js';
import { SANDBOX } from '../../ledger/spending.js';
import type { BillableWork, Model } from '../../models/model.js';
import { accessOf, type EditEnv } from '../env.js';
import { estimate, type Estimate, type KnownPrices } from './estimate.js';

/** Access to fal's prices. The built-in sandbox is not asked: nothing is charged there. */
export function priceAccess(env: Omit<EditEnv, 'ledger'>, offline = false): PriceOptions {
  return { ...accessOf(env), offline: offline || env.route.via === SANDBOX };
}

/** The part of a model that its price depends on. */
export type Priced = Pick<Model, 'endpoint' | 'price' | 'billable'>;

/** fal's current price of a model. A listed model has one of our own, for which a proxy is not asked without a key. */
export async function readPrices(model: Priced, options: PriceOptions): Promise<KnownPrices> {
  if (model.price !== undefined) return { current: await currentPrice(model.endpoint, options) };
  const asking = { ...options, proxyAdds: true };
  const current = await currentPrice(model.endpoint, asking);
  return current === undefined ? { current, missing: whyMissing(asking) } : { current };
}

/** Adds the cost of earlier calls, for a model whose cost is unknown without it. */
export async function withPast(
  model: Priced,
  prices: KnownPrices,
  options: PriceOptions,
): Promise<KnownPrices> {
  return { ...prices, past: await pastPrice(model.endpoint, { ...options, proxyAdds: true }) };
}

/** Estimates the cost of an edit by fal's current price, and asks for that of earlier calls only if it must. */
export async function estimateNow(
  model: Priced,
  work: BillableWork,
  options: PriceOptions,
): Promise<Estimate> {
  const prices = await readPrices(model, options);
  const first = estimate(model, work, prices);
  return first.grade === 'unknown' ? estimate(model, work, await withPast(model, prices, options)) : first;
}

function whyMissing(options: PriceOptions): string {
  if (canAskPrices(options)) return 'fal did not say its price';
  return canAskPrices({ ...options, offline: false })
    ? "fal's price is not known yet"
    : 'fal shows prices only with a key, and FAL_KEY is not set';
}
