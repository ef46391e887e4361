import type { Context } from 'hono';
import { json } from '../answers.js';
import type { SandboxEnv, World } from '../world.js';
import { entries, type Entry } from './catalogue.js';
import { cursor, pageCursor } from './history-query.js';
import { endpointsOf, failure } from './platform-form.js';

/** `GET /v1/models`: the catalogue, by ids or by words (fal-api.md 5.1). */
export function modelList(world: World, c: Context<SandboxEnv>): Response {
  const ids = endpointsOf(c);
  const limit = Number(c.req.query('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || (ids?.length ?? 0) > 50) {
    return failure(400, 'validation_error', 'limit must be a positive integer, endpoint_id 1 to 50 ids');
  }
  const page = cursor.safeParse(c.req.query('cursor') ?? pageCursor(1));
  if (!page.success) return failure(400, 'validation_error', 'cursor: not a cursor of this list');
  const { q, category, status } = c.req.query();
  const found = entries(world).filter(
    (entry) =>
      (ids === undefined || ids.includes(entry.id)) &&
      (category === undefined || entry.metadata.category === category) &&
      (status === undefined || entry.metadata.status === status) &&
      matches(entry, q ?? ''),
  );
  const from = (page.data - 1) * limit;
  const more = found.length > from + limit;
  const expanded = c.req.queries('expand')?.flatMap((value) => value.split(',')) ?? [];
  const models = found.slice(from, from + limit).map(({ id, metadata, openapi }) => ({
    endpoint_id: id,
    metadata,
    ...(expanded.includes('openapi-3.0') ? { openapi } : {}),
  }));
  return json(200, { models, next_cursor: more ? pageCursor(page.data + 1) : null, has_more: more });
}

/** Whether every word is in an entry's texts. fal's own search is not documented. */
function matches({ id, metadata }: Entry, words: string): boolean {
  const { display_name: title, description, category, tags } = metadata;
  const text = JSON.stringify([id, title, description, category, tags]).toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
