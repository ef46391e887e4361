import type { Context } from 'hono';
import { json } from '../answers.js';
import type { SandboxEnv } from '../world.js';

/** The platform API's error form (fal-api.md 5). */
export function failure(status: number, type: string, message: string): Response {
  return json(status, { error: { type, message } });
}

/** Endpoint ids in the query, repeated or separated by commas; undefined if there are none. */
export function endpointsOf(c: Context<SandboxEnv>): string[] | undefined {
  const ids = c.req.queries('endpoint_id')?.flatMap((value) => value.split(','));
  return ids?.map((id) => id.trim()).filter((id) => id !== '');
}
