import * as z from 'zod';
import { FalEditError } from '../../errors/error.js';
import { describeTrouble } from '../trouble.js';
import type { Answer } from '../answer.js';
import { askPlatform } from './ask-platform.js';
import { dateOf, type FalAccess } from '../connection.js';
import { rejectionError } from '../rejection.js';
import { isRequestId } from '../queue/routes.js';

/** A request in the history of fal's platform (fal-api.md 5.5). */
export interface PastRequest {
  requestId: string;
  endpoint: string;
  /** The model's own status code; undefined until it has ended. */
  statusCode: number | undefined;
  /** The input as sent; undefined if fal did not keep it. */
  input: Record<string, unknown> | undefined;
  /** fal's answer; undefined if there is none, or fal did not keep it. */
  output: unknown;
}

/** Filter for requests in fal's history. */
export interface PastQuery {
  endpoint: string;
  /** Milliseconds since the epoch on fal's clock; fal's default is one day back, or 90 days for a single request. */
  since?: number;
  requestId?: string;
}

const ROUTE = 'https://api.fal.ai/v1/models/requests/by-endpoint';
/** The most that fal returns per page. */
const PAGE = 100;
/** More pages than a day can fill; stops at a server that never reports the last one. */
const MOST_PAGES = 1000;

const record = z.record(z.string(), z.unknown());

const pageSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      // An unusable id would be waited for in vain, or could lead to another address at fal.
      request_id: z.string().refine(isRequestId),
      endpoint_id: z.string().catch(''),
      status_code: z.number().int().min(100).max(999).nullish().catch(undefined),
      json_input: record.nullish().catch(undefined),
      json_output: z.unknown().optional(),
    }),
  ),
  next_cursor: z.string().nullish().catch(undefined),
  has_more: z.boolean().nullish().catch(undefined),
});

/**
 * Asks fal's platform for past requests with their inputs and outputs, all pages of them. Needs a key, and a proxy on
 * the way must let the platform API through.
 *
 * @throws FalEditError (auth, temporary, failed): the history cannot be read
 */
export async function historyOf(query: PastQuery, access: FalAccess): Promise<PastRequest[]> {
  const found: PastRequest[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await askPage(query, cursor, access);
    const parsed = pageSchema.safeParse(answer.json);
    if (!parsed.success) {
      throw new FalEditError('temporary', `fal's history cannot be read: ${describeTrouble(answer)}.`);
    }
    const { items, next_cursor: next, has_more: hasMore } = parsed.data;
    found.push(
      ...items.map((item) => ({
        requestId: item.request_id,
        endpoint: item.endpoint_id,
        statusCode: item.status_code ?? undefined,
        input: item.json_input ?? undefined,
        output: item.json_output ?? undefined,
      })),
    );
    if (hasMore !== true) return found;
    if (next == null) break;
    cursor = next;
  }
  // A truncated list must not be taken for the whole.
  throw new FalEditError('temporary', "fal's history cannot be read to its end.");
}

/**
 * The model's own answer to a request that has ended, from fal's history. It works after the queue has forgotten the
 * request, and where a gateway blocks the queue's answer.
 *
 * @returns undefined if the history does not have it, or cannot be read
 * @throws the signal's reason
 */
export async function answerInHistory(
  { endpoint, requestId }: { endpoint: string; requestId: string },
  access: FalAccess,
): Promise<Answer | undefined> {
  let found: PastRequest[];
  try {
    found = await historyOf({ endpoint, requestId }, access);
  } catch {
    access.signal.throwIfAborted();
    return undefined;
  }
  const past = found.find((one) => one.requestId === requestId);
  if (past === undefined) return undefined;
  const { statusCode, output } = past;
  const isKept = output !== undefined && output !== null;
  // Without an output, a code below 400 only says that there was one.
  if (statusCode === undefined ? !isKept : statusCode < 400 && !isKept) return undefined;
  return {
    status: statusCode ?? 200,
    headers: { get: () => null },
    text: isKept ? JSON.stringify(output) : '',
    json: isKept ? output : undefined,
  };
}

/** The time on fal's clock, from the date of a history answer; undefined if it has none. */
export async function historyTime(endpoint: string, access: FalAccess): Promise<number | undefined> {
  return dateOf(await ask(addressOf({ endpoint }, undefined, 1), access), access.context);
}

function askPage(query: PastQuery, cursor: string | undefined, access: FalAccess): Promise<Answer> {
  return ask(addressOf(query, cursor, PAGE), access);
}

function addressOf(
  { endpoint, since, requestId }: PastQuery,
  cursor: string | undefined,
  limit: number,
): string {
  const url = new URL(ROUTE);
  url.searchParams.set('endpoint_id', endpoint);
  url.searchParams.set('expand', 'payloads');
  url.searchParams.set('limit', String(limit));
  if (since !== undefined) url.searchParams.set('start', new Date(since).toISOString());
  if (requestId !== undefined) url.searchParams.set('request_id', requestId);
  if (cursor !== undefined) url.searchParams.set('cursor', cursor);
  return url.href;
}

async function ask(target: string, access: FalAccess): Promise<Answer> {
  const answer = await askPlatform(target, access);
  if (answer.status >= 300) throw rejectionError(answer, { stage: 'history', nameField: String });
  return answer;
}
