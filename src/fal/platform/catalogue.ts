import * as z from 'zod';
import { FalEditError } from '../../errors/error.js';
import { isHtml, type Answer } from '../answer.js';
import { askPlatform } from './ask-platform.js';
import type { FalAccess } from '../connection.js';
import { pricesSchema, type CurrentPrice } from './prices.js';
import { rejectionError } from '../rejection.js';
import { describeTrouble } from '../trouble.js';

/** fal's catalogue. */
export const API = 'https://api.fal.ai/v1/models';
const PAGE = 'https://fal.ai/api/openapi/queue/openapi.json';

/** Entry for an endpoint in fal's catalogue (fal-api.md 5.1). Its texts come from fal and are not trusted. */
export interface CatalogueEntry {
  title: string | undefined;
  /** `active`, `deprecated`, or a status that we do not know yet; undefined if fal does not say. */
  status: string | undefined;
  /** The endpoint's OpenAPI document, not parsed; undefined if fal sent none. */
  openapi: unknown;
}

const text = z.string().optional().catch(undefined);

/** fal's facts about an endpoint, as far as we read them. */
export const metadataSchema = z
  .looseObject({ display_name: text, status: text, category: text })
  .optional()
  .catch(undefined);

const modelsSchema = z.looseObject({
  models: z.array(
    z.looseObject({
      endpoint_id: z.string(),
      metadata: metadataSchema,
      openapi: z.unknown().optional(),
    }),
  ),
});

/**
 * Looks up an endpoint in fal's catalogue, with its schema. A key is optional, but a wrong one is refused.
 *
 * @returns undefined if fal has no such endpoint
 * @throws FalEditError (auth, temporary, failed)
 */
export async function catalogueEntry(
  endpoint: string,
  options: FalAccess,
): Promise<CatalogueEntry | undefined> {
  return (await catalogueEntries([endpoint], options)).get(endpoint);
}

/** As {@link catalogueEntry}, for up to 50 endpoints in one question. Those that fal does not have are absent. */
export async function catalogueEntries(
  endpoints: readonly string[],
  options: FalAccess,
): Promise<Map<string, CatalogueEntry>> {
  const ids = endpoints.map(encodeURIComponent).join(',');
  const answer = await askPlatform(`${API}?endpoint_id=${ids}&expand=openapi-3.0`, options);
  // The catalogue's own 404 says that; a proxy without this route answers differently.
  if (answer.status === 404 && saysNotFound(answer)) return new Map();
  const { models } = read(modelsSchema, answer);
  return new Map(
    models
      .filter(({ endpoint_id: id }) => endpoints.includes(id))
      .map(({ endpoint_id: id, metadata, openapi }) => [
        id,
        { title: metadata?.display_name, status: metadata?.status, openapi },
      ]),
  );
}

/** Prices in US dollars by endpoint; an endpoint without a published price is absent (fal-api.md 5.2). */
export async function publishedPrices(
  endpoints: readonly string[],
  options: FalAccess,
): Promise<Map<string, Pick<CurrentPrice, 'unitUsd' | 'unit'>>> {
  const ids = endpoints.map(encodeURIComponent).join(',');
  const { prices } = read(pricesSchema, await askPlatform(`${API}/pricing?endpoint_id=${ids}`, options));
  return new Map(
    prices
      .filter(({ currency }) => currency === 'USD')
      .map(({ endpoint_id, unit_price, unit }) => [endpoint_id, { unitUsd: unit_price, unit }]),
  );
}

/**
 * An endpoint's OpenAPI document from fal's public page (fal-api.md 5.7). Sends no key, and never goes through a proxy
 * that speaks fal's protocol.
 *
 * @throws FalEditError (temporary, failed)
 */
export async function publicOpenApi(
  endpoint: string,
  options: Omit<FalAccess, 'connection'>,
): Promise<unknown> {
  const connection = { key: undefined, proxyUrl: undefined };
  const target = `${PAGE}?endpoint_id=${encodeURIComponent(endpoint)}`;
  return read(z.looseObject({}), await askPlatform(target, { ...options, connection }));
}

/** The answer as the schema has it. @throws FalEditError (auth, temporary, failed): it is another one */
export function read<T extends z.ZodType>(schema: T, answer: Answer): z.infer<T> {
  // A challenge from the gateway (fal-api.md 5.2) says nothing about the key.
  if (isHtml(answer)) throw unreadable(answer);
  if (answer.status >= 300) throw rejectionError(answer, { stage: 'history', nameField: String });
  const parsed = schema.safeParse(answer.json);
  if (!parsed.success) throw unreadable(answer);
  return parsed.data;
}

function unreadable(answer: Answer): FalEditError {
  return new FalEditError('temporary', `This cannot be read: ${describeTrouble(answer)}.`);
}

const notFoundSchema = z.looseObject({ error: z.looseObject({ type: z.literal('not_found') }) });

function saysNotFound({ json }: Answer): boolean {
  return notFoundSchema.safeParse(json).success;
}
