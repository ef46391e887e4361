import { FalEditError } from '../errors.js';
import { saysGone } from '../fal/unreachable.js';
import { SINGLE_EDIT, type NextSteps } from './next-steps.js';
import type { FalAccess } from '../fal/connection.js';
import { statusAt, resultInHistory, sessionAt, type AtFal } from './ask-fal.js';

/**
 * fal's answer to a request, as fal gives it: from its queue, or from its history, which forgets later
 * (fal-api.md 2.4, 5.5). Does not wait for a request that still runs.
 *
 * @throws FalEditError (temporary): it is not done, or fal cannot be asked; (failed, moderated): it ended without
 * an answer; (failed): fal has forgotten it
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
