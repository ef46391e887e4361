import { currentPrice, type CurrentPrice } from '../../fal/platform/prices.js';
import { scaleRowPrices } from '../../ledger/batch/rows.js';
import type { Ledger } from '../../ledger/ledger.js';
import { MODELS } from '../../models/registry.js';
import { accessOf, type EditEnv } from '../../edit/env.js';
import { estimate } from '../../edit/plan/estimate.js';
import type { Model } from '../../models/model.js';

/** fal's prices, each requested at most once per run. */
export interface Prices {
  /** Undefined if fal does not say; the adapter's price then applies. */
  of: (endpoint: string) => CurrentPrice | undefined;
  /** Asks fal for missing prices, and updates the estimates of rows that were planned with other prices. */
  refresh: (endpoints: readonly string[], ledger: Ledger) => Promise<void>;
}

/** Starts with the cached prices; sends nothing. */
export async function openPrices(env: Omit<EditEnv, 'ledger'>): Promise<Prices> {
  const access = accessOf(env);
  const known = new Map<string, CurrentPrice | undefined>();
  for (const { endpoint } of MODELS) {
    known.set(endpoint, await currentPrice(endpoint, { ...access, offline: true }));
  }
  return {
    of: (endpoint) => known.get(endpoint),
    refresh: async (endpoints, ledger) => {
      for (const model of MODELS.filter(({ endpoint }) => endpoints.includes(endpoint))) {
        const before = unitUsd(model, known.get(model.endpoint));
        const fresh = await currentPrice(model.endpoint, access);
        access.signal.throwIfAborted();
        known.set(model.endpoint, fresh);
        const now = unitUsd(model, fresh);
        if (now !== before) scaleRowPrices(ledger.db, model.endpoint, now / before);
      }
    },
  };
}

function unitUsd(model: Model, price: CurrentPrice | undefined): number {
  const nothing = { inputs: [], output: { width: 1, height: 1 }, numImages: 1, input: {} };
  return estimate(model, nothing, price).unitUsd;
}
