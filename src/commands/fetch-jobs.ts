import pLimit from 'p-limit';
import type { Context } from '../context.js';
import type { OnEvent } from '../edit/events.js';
import { recordOfJob, type EditRecord } from '../edit/record.js';
import { resumeJob, type ResumeOptions } from '../edit/resume.js';
import { asFalEditError, withCharge, type Charged, type FalEditError } from '../errors.js';
import type { Connection } from '../fal/connection.js';
import type { Job } from '../ledger/job.js';
import type { Ledger } from '../ledger/ledger.js';
import { openProgress } from '../terminal/progress.js';
import type { Terminal } from '../terminal/terminal.js';

/** How many requests are waited for and fetched at once. */
const AT_ONCE = 8;

export interface FetchOptions extends Pick<
  ResumeOptions,
  'timeoutMs' | 'cancelOnTimeout' | 'write' | 'nextSteps'
> {
  context: Context;
  connection: Connection;
  ledger: Ledger;
  terminal: Terminal;
  /** Where to save the pictures, instead of where the edit would have. */
  elsewhere?: (job: Job) => Promise<ResumeOptions['elsewhere']>;
}

/** Outcome of one job. */
export interface FetchOutcome {
  job: Job;
  record: EditRecord;
  error: FalEditError | undefined;
}

/**
 * Waits for jobs at fal and saves their pictures. A failed job does not stop the others. Shows progress; with several
 * jobs, each line names its job.
 */
export async function fetchJobs(jobs: readonly Job[], options: FetchOptions): Promise<FetchOutcome[]> {
  const { terminal, context } = options;
  const progress = await openProgress(terminal, context);
  const limit = pLimit(AT_ONCE);
  try {
    return await Promise.all(
      jobs.map((job) => {
        const name = jobs.length === 1 ? undefined : (job.requestId ?? job.id).slice(0, 8);
        return limit(() => fetchOne(job, (event) => progress.show(event, name), options));
      }),
    );
  } finally {
    progress.stop();
  }
}

async function fetchOne(job: Job, onEvent: OnEvent, options: FetchOptions): Promise<FetchOutcome> {
  const { terminal, elsewhere, context, connection, ledger, timeoutMs, cancelOnTimeout, write, nextSteps } =
    options;
  const record = recordOfJob(job);
  try {
    await resumeJob(job, record, {
      context,
      connection,
      ledger,
      timeoutMs,
      cancelOnTimeout,
      leaveWhenInterrupted: true,
      write,
      nextSteps,
      onEvent,
      elsewhere: await elsewhere?.(job),
      ...(terminal.options.debug ? { trace: (line: string) => terminal.note(line) } : {}),
    });
    return { job, record, error: undefined };
  } catch (error) {
    return { job, record, error: withCharge(asFalEditError(error), chargedOf(record)) };
  }
}

/** What is known to have been charged for an edit that fal has accepted. */
function chargedOf({ state, requestId, sandbox }: EditRecord): Charged {
  if (sandbox || requestId === null) return 'no';
  if (state === 'completed' || state === 'saved') return 'yes';
  return state === 'accepted' ? 'maybe' : 'no';
}
