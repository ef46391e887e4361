import { detail, json, rawJson } from '../answers.js';
import type { Job } from './job.js';
import type { World } from '../world.js';

/** Results of at least this size are kept for the shorter time (fal-api.md 2.4). */
const LARGE_BYTES = 10_000;

/** The model's own answer, head and body unchanged, for as long as fal keeps it (fal-api.md 2.4, 2.7). */
export function resultOf(world: World, job: Job): Response {
  const id = { 'x-fal-request-id': job.id };
  const { answer, completedAt } = job;
  if (answer === undefined || completedAt === undefined) {
    return detail(400, 'Request is still in progress', id);
  }
  const text = JSON.stringify(answer.body);
  const ttl = Buffer.byteLength(text) >= LARGE_BYTES ? world.largeResultTtlMs : world.resultTtlMs;
  if (world.clock.now() - completedAt > ttl) return json(404, { status: 'NOT_FOUND' }, id);
  return rawJson(answer.status, text, {
    ...id,
    'x-fal-billable-units': String(answer.billableUnits),
    ...answer.headers,
  });
}
