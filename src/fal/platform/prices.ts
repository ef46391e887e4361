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

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longest wait for a price, in milliseconds; after that the adapter's own is used. */
const PATIENCE_MS = 2_000;

/** More dollars than any unit costs: a higher price is an error. */
const MOST_USD = 10_000;

/** fal's answer to a request for prices (fal-api.md 5.2). */
export const pricesSchema = z.looseObject({
  prices: z.array(
    z.looseObject({
      endpoint_id: z.string(),
      unit_price: z.number().positive().max(MOST_USD),
      unit: z.string(),
      currency: z.string(),
    }),
  ),
});

const cacheSchema = z.object({
  unitUsd: z.number().positive(),
  unit: z.string(),
  readAt: z.number(),
});

export interface PriceOptions extends Pick<FalAccess, 'connection' | 'signal'> {
  context: Pick<Context, 'fetch' | 'folders' | 'now' | 'elapsed' | 'secrets'>;
  /** Requests and stores nothing: for `--dry-run`, which stays off the network. */
  offline?: boolean;
}

/**
 * The live price of an endpoint: from a file that is at most a day old, else from fal's platform API if there is a key
 * for it. Undefined if it is unknown; the adapter's own price then applies. Never throws: a missing price is no reason
 * not to edit.
 */
export async function currentPrice(
  endpoint: string,
  options: PriceOptions,
): Promise<CurrentPrice | undefined> {
  const { connection, context } = options;
  const file = cacheFile(endpoint, options);
  const cached = file === undefined ? undefined : await readCache(file);
  const age = cached === undefined ? Infinity : context.now() - cached.readAt;
  if (cached !== undefined && age >= 0 && age < DAY_MS) return cached;
  if (options.offline === true || connection.key === undefined) return undefined;
  const price = await askPrice(endpoint, options);
  if (price !== undefined && file !== undefined) await writeCache(file, price);
  return price;
}

async function askPrice(
  endpoint: string,
  { connection, context, signal }: PriceOptions,
): Promise<CurrentPrice | undefined> {
  const { key, proxyUrl } = connection;
  const target = `https://api.fal.ai/v1/models/pricing?endpoint_id=${encodeURIComponent(endpoint)}`;
  const headers: Record<string, string> = {
    authorization: `Key ${key ?? ''}`,
    accept: 'application/json',
  };
  if (proxyUrl !== undefined) headers['x-fal-target-url'] = target;
  try {
    const answer = await withTimeLimit(PATIENCE_MS, signal, async (limited) => {
      const response = await context.fetch(proxyUrl ?? target, { headers, signal: limited });
      noteDate(connection, response, context);
      return readAnswer(response);
    });
    const parsed = pricesSchema.safeParse(answer.json);
    if (answer.status !== 200 || !parsed.success) return undefined;
    const found = parsed.data.prices.find((price) => price.endpoint_id === endpoint);
    if (found?.currency !== 'USD') return undefined;
    return {
      unitUsd: found.unit_price,
      // It is written to a file.
      unit: context.secrets.redact(found.unit),
      readAt: context.now(),
    };
  } catch {
    return undefined;
  }
}

/** One file for each endpoint and connection: a proxy's prices are not fal's. Undefined if nothing can be stored. */
function cacheFile(endpoint: string, { connection, context }: PriceOptions): string | undefined {
  const name = sha256Of(`${connection.proxyUrl ?? 'fal'} ${endpoint}`).slice(0, 16);
  const { cache } = context.folders;
  return cache === undefined ? undefined : path.join(cache, 'prices', `${name}.json`);
}

async function readCache(file: string): Promise<CurrentPrice | undefined> {
  try {
    return cacheSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

async function writeCache(file: string, price: CurrentPrice): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${randomUUID()}`;
    await writeFile(temporary, JSON.stringify(price));
    await rename(temporary, file);
  } catch {
    // If the cache cannot be written, the next run asks again.
  }
}
