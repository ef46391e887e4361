import type { Context } from '../../context.js';
import type { Connection } from '../../fal/connection.js';
import { livePrice, type LivePrice } from '../../fal/prices.js';
import { scaleRowPrices } from '../../ledger/batch/rows.js';
import type { Ledger } from '../../ledger/ledger.js';
import { MODELS } from '../../models/registry.js';
import { estimate } from '../../edit/estimate.js';
import type { Model } from '../../models/model.js';

/** fal's prices, each asked for at most once a run. */
export interface Prices {
  /** Undefined where nobody can say; the adapter's own then stands. */
  of: (endpoint: string) => LivePrice | undefined;
  /** Asks fal for those that are used and not known; rows that were planned with others cost what they cost now. */
  refresh: (endpoints: readonly string[], ledger: Ledger) => Promise<void>;
}

/** Starts with what is known without asking anybody. */
export async function openPrices(connection: Connection, context: Context): Promise<Prices> {
  const { signal } = context;
  const known = new Map<string, LivePrice | undefined>();
  for (const { endpoint } of MODELS) {
    known.set(endpoint, await livePrice(endpoint, { connection, context, signal, offline: true }));
  }
  return {
    of: (endpoint) => known.get(endpoint),
    refresh: async (endpoints, ledger) => {
      for (const model of MODELS.filter(({ endpoint }) => endpoints.includes(endpoint))) {
        const before = unitUsd(model, known.get(model.endpoint));
        const fresh = await livePrice(model.endpoint, { connection, context, signal });
        signal.throwIfAborted();
        known.set(model.endpoint, fresh);
        const now = unitUsd(model, fresh);
        if (now !== before) scaleRowPrices(ledger.db, model.endpoint, now / before);
      }
    },
  };
}

function unitUsd(model: Model, price: LivePrice | undefined): number {
  const nothing = { inputs: [], output: { width: 1, height: 1 }, numImages: 1, input: {} };
  return estimate(model, nothing, price).unitUsd;
}
