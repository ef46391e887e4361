import { Hono, type Context } from 'hono';
import { detail, json, rawJson } from '../answers.js';
import { authorized } from '../auth.js';
import { hasApp, unitPriceOf } from './run-job.js';
import { as } from '../faults/faulty-route.js';
import type { Job, Submission } from './job.js';
import { resultOf } from './result.js';
import { statusBody } from './status.js';
import { statusStream } from './status-stream.js';
import type { SandboxEnv, World } from '../world.js';

/** Number of newest log lines that a poll shows: a moving window, not a growing list (fal-api.md 2.2). */
const LOG_WINDOW = 3;

const NOT_FOUND = { status: 'NOT_FOUND' };

/** `queue.fal.run` (fal-api.md 2.1 to 2.7). */
export function queueApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  const key = authorized(world);
  // Status, result and cancel need only owner and app, but the full endpoint id is accepted too.
  const one = '/:endpoint{.+}/requests/:id';
  const job = (c: Context<SandboxEnv>): Job | undefined => {
    const found = world.jobs.get(c.req.param('id') ?? '');
    const app = `${found?.app ?? ''}/`;
    return `${c.req.param('endpoint') ?? ''}/`.startsWith(app) ? found : undefined;
  };

  app.get(`${one}/status/stream`, as(world, 'stream'), key, (c) => {
    const found = job(c);
    return found === undefined ? json(404, NOT_FOUND) : statusStream(world, found, wantsLogs(c));
  });
  app.get(`${one}/status`, as(world, 'status'), key, (c) => {
    const found = job(c);
    if (found === undefined) return json(404, NOT_FOUND);
    const logs = wantsLogs(c) ? found.logs.slice(-LOG_WINDOW) : null;
    const status = found.state === 'COMPLETED' ? 200 : 202;
    return json(status, statusBody(world.jobs, found, logs), { 'x-fal-request-id': found.id });
  });
  app.put(`${one}/cancel`, as(world, 'cancel'), key, (c) => {
    const found = job(c);
    if (found === undefined) return json(404, NOT_FOUND);
    return cancellation(world, found);
  });
  for (const path of [one, `${one}/response`]) {
    app.get(path, as(world, 'result'), key, (c) => {
      const found = job(c);
      return found === undefined ? json(404, NOT_FOUND) : resultOf(world, found);
    });
  }
  app.post('/:endpoint{.+}', as(world, 'submit'), key, async (c) => {
    const submission = submissionOf(world, c, await c.req.text());
    if (submission instanceof Response) return submission;
    const most = Number(c.req.query('fal_max_queue_length') ?? Infinity);
    if (world.jobs.waiting > most) return detail(429, 'Queue is full');
    const accepted = world.jobs.submit(submission);
    const { status, request_id, response_url, status_url, cancel_url, queue_position } = statusBody(
      world.jobs,
      accepted,
      null,
    );
    const body = { status, request_id, response_url, status_url, cancel_url, queue_position };
    return json(200, body, { 'x-fal-request-id': accepted.id });
  });
  return app;
}

/** `fal.run`: the same run without a queue; answers when the run is over (fal-api.md 1.6). */
export function directApp(world: World): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>({ strict: false });
  app.post('/:endpoint{.+}', as(world, 'submit'), authorized(world), async (c) => {
    const submission = submissionOf(world, c, await c.req.text());
    if (submission instanceof Response) return submission;
    const accepted = world.jobs.submit(submission);
    await new Promise<void>((resolve) => {
      accepted.watchers.add(() => {
        if (accepted.state === 'COMPLETED') resolve();
      });
    });
    return resultOf(world, accepted);
  });
  return app;
}

function wantsLogs(c: Context<SandboxEnv>): boolean {
  return ['1', 'true', 'True'].includes(c.req.query('logs') ?? '');
}

/** Reads a submit. Its body need only be JSON: the fields are checked when the job runs. */
function submissionOf(world: World, c: Context<SandboxEnv>, text: string): Submission | Response {
  const endpoint = c.req.path.replace(/^\/+|\/+$/g, '');
  const [owner = '', name = ''] = endpoint.split('/');
  const app = `${owner}/${name}`;
  if (!hasApp(world.documents, app))
    return detail(404, `Application "${name === '' ? owner : name}" not found`);
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    return rawJson(400, JSON.stringify({ detail: 'Body is not valid JSON', error_type: 'bad_request' }));
  }
  const timeout = c.req.header('x-fal-request-start-timeout') ?? c.req.header('x-fal-request-timeout');
  return {
    endpoint,
    app,
    input,
    unitPrice: unitPriceOf(world.documents, endpoint),
    lifecycle: c.req.header('x-fal-object-lifecycle-preference') ?? null,
    priority: c.req.header('x-fal-queue-priority') ?? null,
    ...(Number(timeout) > 0 ? { startTimeoutMs: Number(timeout) * 1000 } : {}),
  };
}

/** Cancels a job and reports the outcome. The wording of the `detail` form is the sandbox's own. */
function cancellation(world: World, job: Job): Response {
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
