import { FalEditError } from '../errors.js';
import type { FalAccess } from '../fal/connection.js';
import { answerInHistory } from '../fal/history.js';
import { rejectionError, type RejectionContext } from '../fal/rejection.js';
import { openSession } from '../fal/session.js';
import { parseStatus, type QueueStatus } from '../fal/answer.js';
import { saysGone } from '../fal/unreachable.js';

/** A request at fal. */
export interface AtFal {
  endpoint: string;
  requestId: string;
}

/**
 * One look at what fal's queue says of a request. Changes nothing.
 *
 * @throws FalEditError (failed): fal does not know it (see `saysGone`); (auth, temporary): it cannot be asked
 */
export async function statusAt(
  { endpoint, requestId }: AtFal,
  access: FalAccess,
  { client } = sessionAt({ endpoint, requestId }, access),
): Promise<QueueStatus> {
  const status = parseStatus(await client.queue.status(endpoint, { requestId, logs: false }));
  if (status !== undefined) return status;
  throw new FalEditError('temporary', `fal's status of request ${requestId} cannot be read.`);
}

/** Whether fal's queue knows a request, asked in the way of now. @throws FalEditError (auth, temporary): it cannot be asked */
export async function isKnown(at: AtFal, access: FalAccess): Promise<boolean> {
  try {
    await statusAt(at, access);
    return true;
  } catch (error) {
    if (saysGone(error)) return false;
    throw error;
  }
}

/**
 * The result of a request that fal's queue has forgotten: its history forgets later (fal-api.md 2.4, 5.5).
 *
 * @returns undefined where the history has none, or cannot be read
 * @throws FalEditError (failed, moderated): the request ended without a picture
 */
export async function resultInHistory(
  { endpoint, requestId }: AtFal,
  { nameField = String, ...access }: FalAccess & Partial<Pick<RejectionContext, 'nameField'>>,
): Promise<unknown> {
  const answer = await answerInHistory({ endpoint, requestId }, access);
  if (answer === undefined || answer.status < 300) return answer?.json;
  throw rejectionError(answer, { stage: 'result', nameField, requestId, modelFailed: true });
}

/** A session that can only read. */
export function sessionAt({ endpoint, requestId }: AtFal, access: FalAccess): ReturnType<typeof openSession> {
  return openSession({ ...access, nameField: String, endpoint, requestId });
}
