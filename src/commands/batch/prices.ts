import type { EditEnv } from '../../edit/env.js';
import { estimate, type KnownPrices } from '../../edit/plan/estimate.js';
import { priceAccess, readPrices, withPast, type Priced } from '../../edit/plan/prices.js';
import { workOf, type PlannedRow } from '../../batch/rows/planned-row.js';
import { firstUnpricedPlan, repriceRows, scaleRowPrices } from '../../ledger/batch/rows.js';
import type { Ledger } from '../../ledger/ledger.js';
import { MODELS } from '../../models/registry.js';

/** fal's prices, each requested at most once per run. */
export interface Prices {
  /** The prices of an endpoint, as far as known; sends nothing. */
  of: (endpoint: string) => Promise<KnownPrices>;
  /** Asks fal for missing prices, and updates the estimates of rows that were planned with other prices. */
  refresh: (endpoints: readonly string[], ledger: Ledger) => Promise<void>;
  /** Why the cost of the endpoint's rows is unknown, in words. */
  whyUnknown: (endpoint: string, ledger: Ledger) => Promise<string | undefined>;
}

/** Starts with the cached prices; sends nothing. */
export function openPrices(env: Omit<EditEnv, 'ledger'>): Prices {
  const access = priceAccess(env);
  const known = new Map<string, Promise<KnownPrices>>();
  const of = (endpoint: string): Promise<KnownPrices> => {
    const found = known.get(endpoint) ?? cachedPrices(pricedBy(endpoint), priceAccess(env, true));
    known.set(endpoint, found);
    return found;
  };
  return {
    of,
    refresh: async (endpoints, ledger) => {
      for (const endpoint of endpoints) {
        const model = pricedBy(endpoint);
        const before = await of(endpoint);
        let prices = await readPrices(model, access);
        access.signal.throwIfAborted();
        const update = (): void => {
          known.set(endpoint, Promise.resolve(prices));
          updateRows(ledger, model, before, prices);
        };
        update();
        if (firstUnpricedPlan(ledger.db, endpoint) === undefined) continue;
        prices = await withPast(model, prices, access);
        access.signal.throwIfAborted();
        if (prices.past !== undefined) update();
      }
    },
    whyUnknown: async (endpoint, ledger) => {
      const plan = firstUnpricedPlan(ledger.db, endpoint) as PlannedRow | undefined;
      return plan && estimate(pricedBy(endpoint), workOf(plan), await of(endpoint)).unknown;
    },
  };
}

/** The part of a model that its price depends on: a model that is not listed has none of our own. */
function pricedBy(endpoint: string): Priced {
  return MODELS.find((model) => model.endpoint === endpoint) ?? { endpoint };
}

async function cachedPrices(model: Priced, offline: Parameters<typeof readPrices>[1]): Promise<KnownPrices> {
  const prices = await readPrices(model, offline);
  return model.price === undefined ? withPast(model, prices, offline) : prices;
}

function updateRows({ db }: Ledger, model: Priced, before: KnownPrices, now: KnownPrices): void {
  if (model.price === undefined) {
    repriceRows(db, model.endpoint, (plan) => {
      const { usd = 0, grade } = estimate(model, workOf(plan as PlannedRow), now);
      return { usd, costGrade: grade };
    });
    return;
  }
  const [former, current] = [unitUsd(model, before), unitUsd(model, now)];
  if (former !== undefined && current !== undefined && former !== current) {
    scaleRowPrices(db, model.endpoint, current / former);
  }
}

function unitUsd(model: Priced, prices: KnownPrices): number | undefined {
  const nothing = { inputs: [], output: { width: 1, height: 1 }, numImages: 1, input: {} };
  return estimate(model, nothing, prices).unitUsd;
}
