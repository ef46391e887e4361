import * as z from 'zod';
import { FalEditError } from '../../errors/error.js';
import { describeTrouble } from '../trouble.js';
import type { Answer } from '../answer.js';
import { askPlatform } from './ask-platform.js';
import { dateOf, type FalAccess } from '../connection.js';
import { rejectionError } from '../rejection.js';
import { isRequestId } from '../queue/routes.js';

/** One request as fal's platform remembers it (fal-api.md 5.5). */
export interface PastRequest {
  requestId: string;
  endpoint: string;
  /** The model's own status code; undefined while it has not ended. */
  statusCode: number | undefined;
  /** The input as sent; undefined where fal has not kept it. */
  input: Record<string, unknown> | undefined;
  /** fal's answer; undefined where there is none, or it was not kept. */
  output: unknown;
}

/** Filter of the requests to ask for. */
export interface PastQuery {
  endpoint: string;
  /** Milliseconds since the epoch on fal's clock; fal goes back a day without it, 90 days for one request. */
  since?: number;
  requestId?: string;
}

const ROUTE = 'https://api.fal.ai/v1/models/requests/by-endpoint';
/** The most that fal returns at once. */
const PAGE = 100;
/** More pages than anybody's day has; it stops a server that never says that it was the last. */
const MOST_PAGES = 1000;

const record = z.record(z.string(), z.unknown());

const pageSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      // One that could not be used would be waited for in vain, or be a way to another address of fal's.
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
 * Asks fal's platform for past requests with their inputs and outputs, all pages of them. It needs a key,
 * and a proxy only where that one lets the platform API through.
 *
 * @throws FalEditError (auth, temporary, failed): the history cannot be had
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
  // A list that was cut short must not be taken for all there is.
  throw new FalEditError('temporary', "fal's history cannot be read to its end.");
}

/**
 * The model's own answer to a request that has ended, from fal's history: there when the queue has forgotten it, and
 * when a gateway stands before it.
 *
 * @returns undefined where the history has none, or cannot be read
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
  // Without an output a code below 400 says no more than that there was one.
  if (statusCode === undefined ? !isKept : statusCode < 400 && !isKept) return undefined;
  return {
    status: statusCode ?? 200,
    headers: { get: () => null },
    text: isKept ? JSON.stringify(output) : '',
    json: isKept ? output : undefined,
  };
}

/** The time on fal's clock, by the date of an answer about its history; undefined where that carries none. */
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
