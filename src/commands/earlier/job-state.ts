import type { Job, JobState } from '../../ledger/job.js';
import { isSandbox } from '../../ledger/spending.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isAbandoned } from '../../ledger/lookup.js';
import type { Terminal } from '../../terminal/terminal.js';

/** The state that people are told: a submit whose process is gone is an unknown one, whatever it came to write. */
export function stateOf(ledger: Ledger, job: Job): JobState {
  return job.state === 'intent' && isAbandoned(ledger, job) ? 'unknown' : job.state;
}

/** Whether an edit is on the sandbox. One that the ledger does not know is where this run asks. */
export function isPlayed(job: Job | undefined, { options }: Pick<Terminal, 'options'>): boolean {
  return job === undefined ? options.sandbox : isSandbox(job.via);
}

/** How people call a job: by fal's name for it where it has one. */
export function nameOf({ requestId, id }: Pick<Job, 'requestId' | 'id'>): string {
  return requestId ?? id;
}

/** The same in a few characters, for the beginning of a line. */
export function shortNameOf(job: Pick<Job, 'requestId' | 'id'>): string {
  return nameOf(job).slice(0, 8);
}
