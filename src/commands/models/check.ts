import type { Context } from '../../context.js';
import { Deadline } from '../../deadline.js';
import { durationText } from '../../units.js';
import { asFalEditError, FalEditError } from '../../errors/error.js';
import {
  catalogueEntry,
  publicOpenApi,
  publishedPrices,
  type CatalogueEntry,
} from '../../fal/platform/catalogue.js';
import type { FalAccess } from '../../fal/connection.js';
import { inputSchemaOf, type PublishedSchema } from '../../fal/platform/open-api.js';
import type { Difference } from '../../models/drift/difference.js';
import { driftOf } from '../../models/drift/drift.js';
import type { Model } from '../../models/model.js';

/** A part of a model that fal is asked about. */
export type Part = 'status' | 'price' | 'schema';

/** A part that could not be checked, and why. */
export interface Unchecked {
  part: Part;
  why: string;
  /** Error of the question; undefined if it was not sent. */
  error: FalEditError | undefined;
}

/** fal's description of a model compared with its adapter. Texts come from fal and are not trusted. */
export interface ModelCheck {
  model: Model;
  title: string | undefined;
  /** `active`, `deprecated`, fal's own word, or `missing`; undefined if unknown. */
  status: string | undefined;
  /** Null: fal publishes none. Undefined: unknown. */
  price: { unitUsd: number; unit: string } | null | undefined;
  differences: Difference[];
  unchecked: Unchecked[];
}

export interface CheckOptions extends Omit<FalAccess, 'signal'> {
  context: FalAccess['context'] & Pick<Context, 'signal'>;
  /** Milliseconds in total. Parts that time does not allow for are reported as unchecked. */
  timeoutMs: number;
}

/** Answer or error of one question. */
type Outcome<T> = { value: T } | { error: FalEditError };

/** Asks fal one question; returns its error instead of throwing. */
type Attempt = <T>(ask: () => Promise<T>) => Promise<Outcome<T>>;

/** By endpoint; undefined without a key to ask with. */
type Prices = Awaited<ReturnType<typeof publishedPrices>> | undefined;

/**
 * Asks fal about the status, price and schema of models. One after the other, since fal allows few such questions at
 * a time.
 *
 * @throws FalEditError (interrupted); other errors are part of the result
 */
export async function checkModels(models: readonly Model[], options: CheckOptions): Promise<ModelCheck[]> {
  const { connection, context, timeoutMs, trace } = options;
  const deadline = new Deadline(timeoutMs, context.signal);
  const attempt = attemptUntil(deadline, context.signal);
  const asking: FalAccess = { connection, context, signal: deadline.signal, trace };
  try {
    const prices = await attempt(() => pricesOf(models, asking));
    const checks: ModelCheck[] = [];
    for (const model of models) checks.push(await checkModel(model, prices, asking, attempt));
    return checks;
  } finally {
    deadline.close();
  }
}

function attemptUntil(deadline: Deadline, interrupt: AbortSignal): Attempt {
  return async (ask) => {
    try {
      deadline.signal.throwIfAborted();
      return { value: await ask() };
    } catch (error) {
      interrupt.throwIfAborted();
      if (!deadline.signal.aborted) return { error: asFalEditError(error, 'no') };
      const late = `fal did not answer within ${durationText(deadline.timeoutMs)}.`;
      return { error: new FalEditError('temporary', late, { hint: 'Allow more time with --timeout.' }) };
    }
  };
}

async function checkModel(
  model: Model,
  prices: Outcome<Prices>,
  asking: FalAccess,
  attempt: Attempt,
): Promise<ModelCheck> {
  const entry = await attempt(() => catalogueEntry(model.endpoint, asking));
  const known = 'value' in entry ? entry.value : undefined;
  const isMissing = 'value' in entry && known === undefined;
  const input = isMissing ? undefined : await attempt(() => inputAtFal(model, entry, asking));
  return {
    model,
    title: known?.title,
    status: isMissing ? 'missing' : known?.status,
    price: 'error' in prices ? undefined : prices.value && (prices.value.get(model.endpoint) ?? null),
    differences:
      input !== undefined && 'value' in input ? driftOf(model, input.value.schema, input.value.document) : [],
    unchecked: [
      ...uncheckedBy('status', entry),
      ...('value' in prices && prices.value === undefined ? [NO_KEY] : uncheckedBy('price', prices)),
      ...(input === undefined ? [] : uncheckedBy('schema', input)),
    ],
  };
}

const NO_KEY: Unchecked = {
  part: 'price',
  why: 'fal shows prices only with a key, and FAL_KEY is not set',
  error: undefined,
};

/** fal shows prices only with a key; a proxy may add one. */
async function pricesOf(models: readonly Model[], asking: FalAccess): Promise<Prices> {
  const { key, proxyUrl } = asking.connection;
  if (key === undefined && proxyUrl === undefined) return undefined;
  return publishedPrices(
    models.map(({ endpoint }) => endpoint),
    asking,
  );
}

/**
 * Schema of the input: from the catalogue, else from fal's public page, which is not available through a proxy or the
 * sandbox.
 */
async function inputAtFal(
  { endpoint }: Model,
  entry: Outcome<CatalogueEntry | undefined>,
  asking: FalAccess,
): Promise<PublishedSchema> {
  const sent = 'value' in entry ? inputSchemaOf(entry.value?.openapi, endpoint) : undefined;
  if (sent !== undefined) return sent;
  if (asking.connection.proxyUrl !== undefined) {
    if ('error' in entry) throw entry.error;
    throw new FalEditError(
      'failed',
      "The catalogue has no readable schema, and fal's public page is asked only without a proxy or sandbox.",
    );
  }
  const found = inputSchemaOf(await publicOpenApi(endpoint, asking), endpoint);
  if (found === undefined) throw new FalEditError('failed', 'fal sent no readable schema.');
  return found;
}

function uncheckedBy(part: Part, outcome: Outcome<unknown>): Unchecked[] {
  return 'error' in outcome ? [{ part, why: outcome.error.message, error: outcome.error }] : [];
}
