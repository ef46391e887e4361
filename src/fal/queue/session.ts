import { createFalClient, type FalClient } from '@fal-ai/client';
import { usageError } from '../../errors/error.js';
import type { Exchange, SessionOptions } from './exchange.js';
import { GuardedFetch, type ClientRequestInit } from './guarded-fetch.js';
import { isRequestId } from './routes.js';
import { SubmitOnce } from './submit-once.js';

/** A client for one edit, with the facts that the client drops. */
export interface FalSession {
  client: FalClient;
  exchange: Exchange;
}

/**
 * Opens a client of fal for one edit. All its requests go through one `fetch` of ours, which sends the submit once,
 * repeats free requests, and turns fal's answers into our errors before the client can lose their details.
 */
export function openSession(options: SessionOptions): FalSession {
  const { connection, context, signal, nameField } = options;
  if (options.requestId !== undefined && !isRequestId(options.requestId)) {
    throw usageError(
      `${JSON.stringify(String(options.requestId).slice(0, 100))} is not a request id of fal's.`,
    );
  }
  const exchange: Exchange = {
    submit: new SubmitOnce({ timing: context, signal, nameField, journal: options.journal }),
    requestId: options.requestId,
    billableUnits: undefined,
    cancelAnswer: undefined,
    ended: undefined,
    resultBegan: false,
    hasResult: false,
    uploadFailure: undefined,
    waitFailure: undefined,
    lastTrouble: undefined,
  };
  const guard = new GuardedFetch(options, exchange);
  const { key, proxyUrl } = connection;
  const client = createFalClient({
    // Without a key the client would search the process's environment itself.
    credentials: () => key,
    // The client uses a small part of fetch's Response, and ClientResponse is that part.
    fetch: ((url: string, init?: ClientRequestInit) => guard.fetch(url, init)) as unknown as typeof fetch,
    ...(proxyUrl === undefined ? {} : { proxyUrl: { url: proxyUrl, when: 'always' as const } }),
  });
  return { client, exchange };
}
