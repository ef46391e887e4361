import { detail, json } from '../answers.js';
import type { Job } from './job.js';
import type { World } from '../world.js';

/** Cancels a job and reports the outcome. The wording of the `detail` form is the sandbox's own. */
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
