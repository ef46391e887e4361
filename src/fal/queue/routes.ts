import type { FetchInit } from '../../light-fetch.js';

/** Purpose of a request of the client. It decides whether and how it may be repeated. */
export type Role = 'submit' | 'stream' | 'status' | 'result' | 'cancel' | 'upload' | 'platform';

const TARGET_URL = 'x-fal-target-url';

/** One request as the client makes it, with headers whose names have one spelling. */
export interface FalRequest {
  url: string;
  method: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: FetchInit['body'];
}

/** fal's own URL for a request: behind a proxy it stands in a header (fal-api.md 6.1). */
export function targetOf(request: FalRequest): URL {
  return new URL(request.headers[TARGET_URL] ?? request.url);
}

/** A request for another URL of fal, through the same proxy if there is one. */
export function retarget(request: FalRequest, target: URL): FalRequest {
  if (request.headers[TARGET_URL] === undefined) return { ...request, url: target.href };
  return {
    ...request,
    headers: { ...request.headers, [TARGET_URL]: target.href },
  };
}

/**
 * Whether a request id of fal's can be one: it stands in URLs, in messages and in the ledger. fal's are UUIDs;
 * text with a meaning in a URL, or unreadable to a person, is not one.
 */
export function isRequestId(id: unknown): id is string {
  return typeof id === 'string' && /^[\w.:~=+@-]{1,200}$/.test(id) && !id.includes('..') && id !== '.';
}

/** Every POST to a host that runs models costs money, whatever its path: it counts as a submit. */
export function roleOf(request: FalRequest): Role {
  const { hostname, pathname } = targetOf(request);
  const runsModels = hostname === 'fal.run' || hostname.endsWith('.fal.run');
  if (runsModels && request.method === 'POST') return 'submit';
  if (runsModels && request.method === 'PUT') return 'cancel';
  if (runsModels && pathname.endsWith('/status/stream')) return 'stream';
  if (runsModels && pathname.endsWith('/status')) return 'status';
  if (runsModels) return 'result';
  return hostname === 'api.fal.ai' ? 'platform' : 'upload';
}
