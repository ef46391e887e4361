import type { Context } from '../context.js';
import { historyOf } from '../fal/platform/history.js';
import { currentPrice } from '../fal/platform/prices.js';
import type { AdoptedRequest } from '../ledger/insert.js';
import type { Model } from '../models/model.js';
import { defaultOutput } from './plan/output.js';
import { extensionOf } from '../images/received.js';
import type { FalAccess } from '../fal/connection.js';
import { statusAt } from './ask-fal.js';

type Access = FalAccess & { context: Pick<Context, 'cwd' | 'folders' | 'secrets'> };

/**
 * Everything known about a request that was not sent from here, for the ledger to adopt. fal's history knows what was
 * sent; if it is not available, it is enough that fal's queue knows the request.
 *
 * @throws FalEditError (failed): fal does not know it; (auth, temporary): fal cannot be asked
 */
export async function adoptableRequest(
  requestId: string,
  model: Model,
  access: Access,
): Promise<Omit<AdoptedRequest, 'via'>> {
  const { endpoint } = model;
  const input = await inputOf(requestId, endpoint, access);
  if (input === undefined) await statusAt({ endpoint, requestId }, access);
  const { prompt, seed, num_images: count, output_format: format } = input ?? {};
  const sentSeed = typeof seed === 'number' && Number.isSafeInteger(seed) ? seed : 0;
  const output = defaultOutput({ requestId, seed: sentSeed }, model, access.context.cwd);
  const known = model.formats.find((candidate) => candidate === format);
  return {
    requestId,
    model: model.name,
    endpoint,
    prompt: typeof prompt === 'string' ? prompt : '',
    seed: sentSeed,
    unitPriceUsd: model.price?.unitUsd ?? (await unitUsdOf(endpoint, access)),
    input,
    output: {
      ...output,
      count: typeof count === 'number' ? count : output.count,
      ext: known === undefined ? output.ext : extensionOf(known),
    },
  };
}

async function inputOf(
  requestId: string,
  endpoint: string,
  access: FalAccess,
): Promise<Record<string, unknown> | undefined> {
  try {
    const [found] = await historyOf({ endpoint, requestId }, access);
    return found?.requestId === requestId ? found.input : undefined;
  } catch {
    access.signal.throwIfAborted();
    return undefined;
  }
}

async function unitUsdOf(endpoint: string, access: Access): Promise<number | undefined> {
  return (await currentPrice(endpoint, { ...access, proxyAdds: true }))?.unitUsd;
}
