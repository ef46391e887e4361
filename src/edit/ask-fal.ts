import { type NextSteps, SINGLE_EDIT } from './next-steps.js';
import { FalEditError } from '../errors/error.js';
import { parseStatus, type QueueStatus } from '../fal/answer.js';
import type { FalAccess } from '../fal/connection.js';
import { answerInHistory } from '../fal/platform/history.js';
import { type RejectionContext, rejectionError } from '../fal/rejection.js';
import { openSession } from '../fal/queue/session.js';
import { saysGone } from '../fal/unreachable.js';

/** A request at fal. */
export interface AtFal {
  endpoint: string;
  requestId: string;
}

/**
 * Reads a request's status from fal's queue once. Changes nothing.
 *
 * @throws FalEditError (failed): fal does not know it (see `saysGone`); (auth, temporary): fal cannot be asked
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

/**
 * The error for a request that fal's queue does not know; undefined if it does.
 *
 * @throws FalEditError (auth, temporary): fal cannot be asked
 */
export async function goneAt(at: AtFal, access: FalAccess): Promise<FalEditError | undefined> {
  try {
    await statusAt(at, access);
    return undefined;
  } catch (error) {
    if (error instanceof FalEditError && saysGone(error)) return error;
    throw error;
  }
}

/**
 * The result of a request that fal's queue has forgotten: its history keeps it longer (fal-api.md 2.4, 5.5).
 *
 * @returns undefined if the history does not have it, or cannot be read
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

/**
 * fal's raw answer to a request: from its queue, or from its history, which keeps it longer (fal-api.md 2.4, 5.5). Does
 * not wait for a request that is still running.
 *
 * @throws FalEditError (temporary): it is not done, or fal cannot be asked; (failed, moderated): it ended without an
 * answer; (failed): fal has forgotten it
 */
export async function answerAtFal(
  request: AtFal,
  access: FalAccess,
  nextSteps = SINGLE_EDIT,
): Promise<unknown> {
  try {
    return await fromQueue(request, access, nextSteps);
  } catch (error) {
    if (!saysGone(error)) throw error;
    const remembered = await resultInHistory(request, access);
    if (remembered === undefined) throw error;
    return remembered;
  }
}

async function fromQueue(
  { endpoint, requestId }: AtFal,
  access: FalAccess,
  nextSteps: NextSteps,
): Promise<unknown> {
  const session = sessionAt({ endpoint, requestId }, access);
  const { status } = await statusAt({ endpoint, requestId }, access, session);
  if (status !== 'COMPLETED') {
    const doing = status === 'IN_QUEUE' ? 'in the queue' : 'running';
    throw new FalEditError('temporary', `Request ${requestId} is still ${doing} and has no result yet.`, {
      charged: 'maybe',
      hint: nextSteps.fetch(requestId),
      details: { request_id: requestId },
    });
  }
  const answer: { data: unknown } = await session.client.queue.result(endpoint, { requestId });
  return answer.data;
}
