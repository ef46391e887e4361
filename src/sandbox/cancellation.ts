import { detail, json } from './answers.js';
import type { Job } from './job.js';
import type { World } from './world.js';

/**
 * How a cancel is answered: `documented` as in D-QUEUE; `ok` with the newer `OK` for a job that left the queue
 * at once; `detail` with a body that has no `status` for a finished one, as others saw it (fal-api.md 2.5).
 */
export type CancelForm = 'documented' | 'ok' | 'detail';

/** Cancels a job and says what came of it. The wording of the `detail` form is the sandbox's own. */
export function cancellation(world: World, job: Job): Response {
  const headers = { 'x-fal-request-id': job.id };
  const outcome = world.jobs.cancel(job);
  if (outcome === 'over') {
    return world.cancelForm === 'detail'
      ? detail(400, 'The request is already completed', headers)
      : json(400, { status: 'ALREADY_COMPLETED' }, headers);
  }
  return outcome === 'removed' && world.cancelForm === 'ok'
    ? json(200, { status: 'OK' }, headers)
    : json(202, { status: 'CANCELLATION_REQUESTED' }, headers);
}
