import { ApiError } from '@fal-ai/client';
import { asRecord } from '../answer.js';
import type { FalSession } from './session.js';

/** Outcome of a request to cancel. */
export type CancelOutcome =
  /** It was taken out of the queue. */
  | 'cancelled'
  /** fal took the request to cancel; the edit may already run, and still finish and be billed (fal-api.md 2.5). */
  | 'requested'
  /** It had already completed. */
  | 'completed'
  /** fal does not know the request. */
  | 'not-found'
  /** fal could not be reached. */
  | 'unreachable';

/** Asks fal to cancel a request. fal's answer takes many forms; none of them is an error here. */
export async function cancelRequest(
  { client, exchange }: FalSession,
  endpoint: string,
  requestId: string,
): Promise<CancelOutcome> {
  try {
    await client.queue.cancel(endpoint, { requestId });
    return exchange.cancelAnswer === 'OK' ? 'cancelled' : 'requested';
  } catch (error) {
    if (!(error instanceof ApiError)) return 'unreachable';
    const status = asRecord(error.body)?.['status'];
    // Seen live: a completed request is refused with a `detail` and no `status`.
    if (status === 'ALREADY_COMPLETED' || error.status === 400) return 'completed';
    if (error.status === 404 || error.status === 410) return 'not-found';
    return 'unreachable';
  }
}
