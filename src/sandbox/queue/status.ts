import type { Job, LogLine } from './job.js';
import type { Jobs } from './jobs.js';

/** The status object with all its keys in every state: clients fail on missing ones (fal-api.md 2.2). */
export function statusBody(jobs: Jobs, job: Job, logs: readonly LogLine[] | null) {
  const base = `https://queue.fal.run/${job.app}/requests/${job.id}`;
  return {
    status: job.state,
    request_id: job.id,
    response_url: base,
    status_url: `${base}/status`,
    cancel_url: `${base}/cancel`,
    queue_position: job.state === 'IN_QUEUE' ? jobs.position(job) : null,
    logs,
    metrics: job.inferenceTime === undefined ? {} : { inference_time: job.inferenceTime },
    ...failure(job),
  };
}

/** Error of a failed job. There is no FAILED state: such a job is COMPLETED (fal-api.md 2.2). */
function failure(job: Job): { error?: string; error_type?: string } {
  const { answer } = job;
  if (answer === undefined || answer.status < 400) return {};
  const error =
    answer.status === 499 ? 'Request cancelled by the client.' : `Invalid status code: ${answer.status}`;
  return { error, error_type: answer.headers?.['x-fal-error-type'] ?? 'runner_server_error' };
}
