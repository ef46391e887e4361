import * as z from 'zod';
import type { FalAccess } from '../connection.js';
import { API, metadataSchema, read, type CatalogueEntry } from './catalogue.js';
import { askPlatform } from './ask-platform.js';

/** An endpoint that fal's catalogue has for a search, with its document. Its texts and its id come from fal and are not trusted. */
export interface FoundEndpoint extends CatalogueEntry {
  endpoint: string;
  category: string | undefined;
}

export interface CatalogueQuery {
  /** Words to look for. How fal compares them is not documented. */
  words: string;
  /** fal's name for a kind of endpoint; undefined: all kinds. */
  category: string | undefined;
  limit: number;
}

export interface FoundEndpoints {
  found: FoundEndpoint[];
  /** Whether fal has more than the limit. */
  more: boolean;
}

/** Endpoints in one answer: a document has up to 60 KB. */
const PAGE = 20;

const pageSchema = z.looseObject({
  models: z.array(
    z.looseObject({
      endpoint_id: z.string(),
      metadata: metadataSchema,
      openapi: z.unknown().optional(),
    }),
  ),
  next_cursor: z.string().nullish().catch(undefined),
});

/**
 * Searches fal's catalogue for active endpoints (fal-api.md 5.1). A key is optional, but a wrong one is refused.
 *
 * @throws FalEditError (auth, temporary, failed); the signal's reason
 */
export async function searchCatalogue(
  { words, category, limit }: CatalogueQuery,
  access: FalAccess,
): Promise<FoundEndpoints> {
  const found = new Map<string, FoundEndpoint>();
  const cursors = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const params = new URLSearchParams({ q: words, status: 'active', expand: 'openapi-3.0' });
    if (category !== undefined) params.set('category', category);
    params.set('limit', String(Math.min(PAGE, limit - found.size)));
    if (cursor !== undefined) params.set('cursor', cursor);
    const page = read(pageSchema, await askPlatform(`${API}?${params.toString()}`, access));
    for (const { endpoint_id: endpoint, metadata, openapi } of page.models) {
      const { display_name: title, status, category: own } = metadata ?? {};
      found.set(endpoint, { endpoint, title, status, category: own, openapi });
    }
    const next = page.next_cursor ?? undefined;
    // A cursor that comes again would go on for ever.
    const isLast = next === undefined || next === '' || cursors.has(next) || page.models.length === 0;
    if (isLast || found.size >= limit) {
      return { found: [...found.values()].slice(0, limit), more: !isLast || found.size > limit };
    }
    cursors.add(next);
    cursor = next;
  }
}
