import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Context } from '../../context.js';
import { sha256Of } from '../../sha256.js';
import { readAnswer } from '../answer.js';
import { type FalAccess, noteDate } from '../connection.js';
import { withTimeLimit } from '../../deadline.js';

/** fal's price for one unit of an endpoint's work. */
export interface CurrentPrice {
  unitUsd: number;
  /** E.g. "megapixels"; other units of the same model have been seen (fal-api.md 5.2). */
  unit: string;
  /** When it was read, milliseconds since the epoch. */
  readAt: number;
}

/** Cost of a call of an endpoint, from fal's record of earlier calls. */
export interface PastPrice {
  callUsd: number;
  /** When it was read, milliseconds since the epoch. */
  readAt: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longest wait for a price, in milliseconds; after that the edit goes on without it. */
const PATIENCE_MS = 2_000;

/** More dollars than any unit or call costs: a higher price is an error. */
const MOST_USD = 10_000;

const dollars = z.number().positive().max(MOST_USD);

/** fal's answer to a request for prices (fal-api.md 5.2). */
export const pricesSchema = z.looseObject({
  prices: z.array(
    z.looseObject({ endpoint_id: z.string(), unit_price: dollars, unit: z.string(), currency: z.string() }),
  ),
});

/** fal's answer to a request for an estimate (fal-api.md 5.4). */
const estimateSchema = z.looseObject({ total_cost: dollars, currency: z.literal('USD') });

const cachedPrice = z.object({ unitUsd: z.number().positive(), unit: z.string(), readAt: z.number() });
const cachedPast = z.object({ callUsd: z.number().positive(), readAt: z.number() });

export interface PriceOptions extends Pick<FalAccess, 'connection' | 'signal'> {
  context: Pick<Context, 'fetch' | 'folders' | 'now' | 'elapsed' | 'secrets'>;
  /** Requests and stores nothing: for `--dry-run`, which stays off the network. */
  offline?: boolean;
  /** Asks through a proxy even without a key, since the proxy may add one. */
  proxyAdds?: boolean;
}

/** Whether fal can be asked for prices: it shows them only with a key. */
export function canAskPrices({ connection, offline, proxyAdds }: PriceOptions): boolean {
  const { key, proxyUrl } = connection;
  return offline !== true && (key !== undefined || (proxyAdds === true && proxyUrl !== undefined));
}

/**
 * The live price of an endpoint: from a file that is at most a day old, else from fal's platform API if there is a key
 * for it. Undefined if it is unknown. Never throws: a missing price is no reason not to edit.
 */
export function currentPrice(endpoint: string, options: PriceOptions): Promise<CurrentPrice | undefined> {
  return cached(endpoint, cachedPrice, options, async () => {
    const query = `?endpoint_id=${encodeURIComponent(endpoint)}`;
    const answer = pricesSchema.safeParse(await ask(query, undefined, options));
    const found = answer.data?.prices.find((price) => price.endpoint_id === endpoint);
    if (found?.currency !== 'USD') return undefined;
    return {
      unitUsd: found.unit_price,
      // It is written to a file.
      unit: options.context.secrets.redact(found.unit),
      readAt: options.context.now(),
    };
  });
}

/**
 * The cost of an earlier call of an endpoint, for one whose cost cannot be calculated: cached and requested as
 * {@link currentPrice} is. Never throws.
 */
export function pastPrice(endpoint: string, options: PriceOptions): Promise<PastPrice | undefined> {
  return cached(`${endpoint} history`, cachedPast, options, async () => {
    const body = {
      estimate_type: 'historical_api_price',
      endpoints: { [endpoint]: { call_quantity: 1 } },
    };
    const answer = estimateSchema.safeParse(await ask('/estimate', body, options));
    return answer.success ? { callUsd: answer.data.total_cost, readAt: options.context.now() } : undefined;
  });
}

/** @param name of the price, for its file */
async function cached<T extends { readAt: number }>(
  name: string,
  schema: z.ZodType<T>,
  options: PriceOptions,
  request: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const file = cacheFile(name, options);
  const known = file === undefined ? undefined : await readCache(file, schema);
  const age = known === undefined ? Infinity : options.context.now() - known.readAt;
  if (known !== undefined && age >= 0 && age < DAY_MS) return known;
  if (!canAskPrices(options)) return undefined;
  const price = await request();
  if (price !== undefined && file !== undefined) await writeCache(file, price);
  return price;
}

/** fal's answer about prices; undefined for anything but success. @param body posted if there is one */
async function ask(
  pathAndQuery: string,
  body: unknown,
  { connection, context, signal }: PriceOptions,
): Promise<unknown> {
  const { key, proxyUrl } = connection;
  const target = `https://api.fal.ai/v1/models/pricing${pathAndQuery}`;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (key !== undefined) headers['authorization'] = `Key ${key}`;
  if (proxyUrl !== undefined) headers['x-fal-target-url'] = target;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const posted = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  try {
    const answer = await withTimeLimit(PATIENCE_MS, signal, async (limited) => {
      const response = await context.fetch(proxyUrl ?? target, { ...posted, headers, signal: limited });
      noteDate(connection, response, context);
      return readAnswer(response);
    });
    return answer.status === 200 ? answer.json : undefined;
  } catch {
    return undefined;
  }
}

/** One file for each price and connection: a proxy's prices are not fal's. Undefined if nothing can be stored. */
function cacheFile(name: string, { connection, context }: PriceOptions): string | undefined {
  const hash = sha256Of(`${connection.proxyUrl ?? 'fal'} ${name}`).slice(0, 16);
  const { cache } = context.folders;
  return cache === undefined ? undefined : path.join(cache, 'prices', `${hash}.json`);
}

async function readCache<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function writeCache(file: string, price: object): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${randomUUID()}`;
    await writeFile(temporary, JSON.stringify(price));
    await rename(temporary, file);
  } catch {
    // If the cache cannot be written, the next run asks again.
  }
}
