import type { FetchInit } from '../../light-fetch.js';

/** Purpose of a request from the client. It decides whether and how the request may be repeated. */
export type Role = 'submit' | 'stream' | 'status' | 'result' | 'cancel' | 'upload' | 'platform';

const TARGET_URL = 'x-fal-target-url';

/** A request from the client, with header names in lower case. */
export interface FalRequest {
  url: string;
  method: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  body: FetchInit['body'];
}

/** fal's own URL for a request: with a proxy it is in a header (fal-api.md 6.1). */
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
 * Whether a text can be one of fal's request ids, which appear in URLs, messages and the ledger. fal's are UUIDs; text
 * that has a meaning in a URL, or that a person cannot read, is refused.
 */
export function isRequestId(id: unknown): id is string {
  return typeof id === 'string' && /^[\w.:~=+@-]{1,200}$/.test(id) && !id.includes('..') && id !== '.';
}

/** Every POST to a host that runs models costs money, whatever its path, so it counts as a submit. */
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
