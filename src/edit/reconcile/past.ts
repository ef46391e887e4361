import { FalEditError, messageOf } from '../../errors/error.js';
import type { FalAccess } from '../../fal/connection.js';
import { historyOf, historyTime, type PastRequest } from '../../fal/platform/history.js';
import { falStatusOf } from '../../errors/failures.js';

/**
 * How long before the intent to search, in milliseconds. fal does not say which of its times counts, and this machine's
 * clock may have been hours off when the intent was written.
 */
const SLACK_MS = 26 * 60 * 60_000;

/** The most that fal returns per page (fal-api.md 5.5). */
const PAGE = 100;

/** Requests in fal's history for an endpoint. */
export interface Past {
  /** Each request once, in fal's order. */
  items: PastRequest[];
  /** When fal was asked, by its own clock; undefined if its answers have no date. */
  falNow: number | undefined;
}

/**
 * All requests in fal's history for an endpoint since an intent.
 *
 * @param since time in milliseconds since the epoch on fal's clock, given how far that is ahead of ours
 * @throws FalEditError (auth, account, temporary): nothing can be concluded
 */
export async function pastSince(
  endpoint: string,
  since: (ahead: number) => number,
  access: FalAccess,
): Promise<Past> {
  try {
    const falNow = await historyTime(endpoint, access);
    const start = since(falNow === undefined ? 0 : falNow - access.context.now()) - SLACK_MS;
    const ask = (): Promise<PastRequest[]> => historyOf({ endpoint, since: start }, access);
    const first = await ask();
    // While several pages are read, a request that ends can move from an unread page to one already read.
    const found = first.length >= PAGE ? [...first, ...(await ask())] : first;
    return { items: [...new Map(found.map((item) => [item.requestId, item])).values()], falNow };
  } catch (error) {
    throw unreadable(error, access);
  }
}

function unreadable(error: unknown, { connection, signal }: FalAccess): unknown {
  if (error instanceof FalEditError && error.kind === 'interrupted') return error;
  const known = error instanceof FalEditError ? error : undefined;
  const isAccess = known?.kind === 'auth' || known?.kind === 'account';
  return new FalEditError(
    isAccess ? known.kind : 'temporary',
    `fal's history could not be read, so nothing could be checked. ${reasonOf(error)}`,
    {
      charged: 'maybe',
      hint: hintFor(known, connection.proxyUrl !== undefined, signal.aborted),
      details: known?.details,
      origin: error,
    },
  );
}

function reasonOf(error: unknown): string {
  // On other routes a 404 is about the model.
  return falStatusOf(error) === 404 ? 'The history was not found (404).' : messageOf(error);
}

function hintFor(known: FalEditError | undefined, proxied: boolean, late: boolean): string | undefined {
  if (late) return 'Allow more time with --timeout, or try again later.';
  if (proxied) {
    return 'The proxy must let the platform API through (https://api.fal.ai/v1/models/requests/by-endpoint). Or ask fal directly: set FAL_KEY and unset FAL_PROXY_URL.';
  }
  return known?.kind === 'failed' ? undefined : known?.hint;
}
