import type { Job, JobState } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isAbandoned } from '../../ledger/lookup.js';
import type { Terminal } from '../../terminal/terminal.js';

/** Displayed state of a job: a submit whose process is gone is unknown, whatever it wrote last. */
export function stateOf(ledger: Ledger, job: Job): JobState {
  return job.state === 'intent' && isAbandoned(ledger, job) ? 'unknown' : job.state;
}

/** Whether an edit is on the sandbox. For one that is not in the ledger, whether this run uses the sandbox. */
export function isPlayed(job: Job | undefined, { options }: Pick<Terminal, 'options'>): boolean {
  return job === undefined ? options.sandbox : isSandbox(job.via);
}

/** Name of a job: fal's request id if it has one, else our id. */
export function nameOf({ requestId, id }: Pick<Job, 'requestId' | 'id'>): string {
  return requestId ?? id;
}

/** Short name of a job, for the beginning of a line. */
export function shortNameOf(job: Pick<Job, 'requestId' | 'id'>): string {
  return nameOf(job).slice(0, 8);
}
