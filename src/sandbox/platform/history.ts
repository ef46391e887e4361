import type { Context } from 'hono';
import { json } from '../answers.js';
import { pageCursor, readHistoryQuery, type HistoryQuery } from './history-query.js';
import type { Job } from '../queue/job.js';
import { endpointsOf, failure } from './platform-form.js';
import type { SandboxEnv, World } from '../world.js';

/**
 * `GET /v1/models/requests/by-endpoint`: past requests, with their payloads on request (fal-api.md 5.5). It is unknown
 * when fal lists a request and to which of its times `start` and `end` refer: here a request is listed
 * `historyDelayMs` after acceptance, and they refer to the time of acceptance.
 */
export function requestHistory(world: World, c: Context<SandboxEnv>): Response {
  const now = world.clock.now();
  let query: HistoryQuery;
  try {
    query = readHistoryQuery(endpointsOf(c) ?? [], c.req.query(), now);
  } catch (error) {
    return failure(400, 'validation_error', error instanceof Error ? error.message : String(error));
  }
  const listed = world.jobs.all().filter((job) => job.acceptedAt + world.historyDelayMs <= now);
  const found = sorted(
    listed.filter((job) => matches(job, query)),
    query,
  );
  const from = (query.page - 1) * query.limit;
  const more = found.length > from + query.limit;
  const expand = c.req.queries('expand')?.flatMap((value) => value.split(',')) ?? [];
  const payloads = expand.includes('payloads');
  return json(200, {
    items: found
      .slice(from, from + query.limit)
      .map((job) => ({ ...item(job), ...(payloads ? payloadsOf(world, job) : {}) })),
    next_cursor: more ? pageCursor(query.page + 1) : null,
    has_more: more,
  });
}

function matches(job: Job, query: HistoryQuery): boolean {
  if (!query.endpoints.includes(job.endpoint)) return false;
  if (query.requestId !== undefined && query.requestId !== job.id) return false;
  if (job.acceptedAt < query.start || job.acceptedAt >= query.end) return false;
  return query.status === undefined || query.status === statusOf(job);
}

/** Status in fal's words; mapping 4xx to the user's error and 5xx to the other is the sandbox's assumption. */
function statusOf({ answer }: Job): HistoryQuery['status'] {
  if (answer === undefined) return undefined;
  if (answer.status < 400) return 'success';
  return answer.status < 500 ? 'user_error' : 'error';
}

/** Seconds from acceptance to end; null until then. */
function duration({ acceptedAt, completedAt }: Job): number | null {
  return completedAt === undefined ? null : (completedAt - acceptedAt) / 1000;
}

/** Sorts jobs, by default newest or longest first; unfinished jobs count as ending last. */
function sorted(jobs: readonly Job[], { sort, sortBy }: HistoryQuery): Job[] {
  const rank = (job: Job) => (sortBy === 'duration' ? duration(job) : job.completedAt) ?? Infinity;
  const compare = (one: Job, other: Job) =>
    rank(one) === rank(other) ? one.acceptedAt - other.acceptedAt : rank(one) - rank(other);
  const ascending = [...jobs].sort(compare);
  return sort === 'asc' ? ascending : ascending.reverse();
}

function item(job: Job) {
  return {
    request_id: job.id,
    endpoint_id: job.endpoint,
    // Never null in fal's schema, unlike the end: a waiting job shows when it was accepted.
    started_at: iso(job.startedAt ?? job.acceptedAt),
    sent_at: iso(job.acceptedAt),
    ended_at: job.completedAt === undefined ? null : iso(job.completedAt),
    status_code: job.answer?.status ?? null,
    duration: duration(job),
  };
}

function payloadsOf(world: World, job: Job): { json_input: unknown; json_output: unknown } {
  if (!world.historyPayloads) return { json_input: null, json_output: null };
  const { sync_mode: inline } = (job.input ?? {}) as { sync_mode?: unknown };
  // The output of sync_mode is not in the history (fal-api.md 1.1).
  return { json_input: job.input, json_output: inline === true ? null : (job.answer?.body ?? null) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
