import { FalEditError } from '../errors/error.js';
import { FalAnswerError, falStatusOf } from '../errors/failures.js';
import type { Answer } from './answer.js';
import { describeTrouble, reachHint } from './trouble.js';

/** Whether fal has no such request: the only codes that say something about the request itself (fal-api.md 2.2). */
export function isGone({ status }: Pick<Answer, 'status'>): boolean {
  return status === 404 || status === 410;
}

/** Error for a request that fal has forgotten, or never had. Its cost is then unknown. */
export function goneError(requestId: string, status: number): FalEditError {
  const message = `fal no longer knows request ${requestId} (${status}).`;
  return new FalAnswerError('failed', message, status, undefined, [], {
    charged: 'maybe',
    hint: GONE_HINT,
    details: { request_id: requestId },
  });
}

/** Whether an error says that fal has forgotten the request. */
export function saysGone(error: unknown): boolean {
  const status = falStatusOf(error);
  return status !== undefined && isGone({ status });
}

/** How long fal keeps results (fal-api.md 2.4). */
export const GONE_HINT =
  'fal keeps a result for an hour, a large one for six minutes. The picture itself may still be in the request history at https://fal.ai/dashboard.';

/** Error for when fal could not be asked about a request that it has. */
export function notReachedError(error: unknown): FalEditError {
  return new FalEditError('temporary', `fal cannot be reached: ${describeTrouble(error)}.`, {
    hint: reachHint(error),
    origin: error,
  });
}
