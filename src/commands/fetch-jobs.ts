import pLimit from 'p-limit';
import type { EditEnv } from '../edit/env.js';
import type { OnEvent } from '../edit/events.js';
import type { EditOutcome } from '../edit/record.js';
import { resumeJob, type ResumeOptions } from '../edit/run.js';
import type { Job } from '../ledger/job.js';
import { openProgress } from '../terminal/progress.js';
import type { Terminal } from '../terminal/terminal.js';

/** How many requests are waited for and fetched at once. */
const AT_ONCE = 8;

export interface FetchOptions extends Pick<
  ResumeOptions,
  'timeoutMs' | 'cancelOnTimeout' | 'write' | 'nextSteps'
> {
  terminal: Terminal;
  /** Where to save the pictures, instead of where the edit would have. */
  elsewhere?: (job: Job) => ResumeOptions['elsewhere'];
}

/** Outcome of one job. */
export interface FetchOutcome extends EditOutcome {
  job: Job;
}

/**
 * Waits for jobs at fal and saves their pictures. A failed job does not stop the others. Shows progress; with several
 * jobs, each line names its job.
 */
export async function fetchJobs(
  jobs: readonly Job[],
  env: EditEnv,
  options: FetchOptions,
): Promise<FetchOutcome[]> {
  const progress = await openProgress(options.terminal, env.context);
  const limit = pLimit(AT_ONCE);
  try {
    return await Promise.all(
      jobs.map((job) => {
        const name = jobs.length === 1 ? undefined : (job.requestId ?? job.id).slice(0, 8);
        return limit(() => fetchOne(job, (event) => progress.show(event, name), env, options));
      }),
    );
  } finally {
    progress.stop();
  }
}

async function fetchOne(
  job: Job,
  onEvent: OnEvent,
  env: EditEnv,
  { elsewhere, timeoutMs, cancelOnTimeout, write, nextSteps }: FetchOptions,
): Promise<FetchOutcome> {
  const outcome = await resumeJob(job, env, {
    ...{ timeoutMs, cancelOnTimeout, leaveWhenInterrupted: true, write, nextSteps, onEvent },
    elsewhere: elsewhere?.(job),
  });
  return { job, ...outcome };
}
