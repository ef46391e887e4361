import type { Job } from './job.js';
import type { Ledger } from './ledger.js';
import { isAbandoned } from './lookup.js';

/**
 * Records the end of a job whose sandbox is gone, so that nobody is offered it again. A job that another
 * process still runs is left as it is.
 */
export function endWithSandbox(ledger: Ledger, job: Job): void {
  if (!isAbandoned(ledger, job)) return;
  const message = 'The built-in sandbox ended with its run.';
  const error = { kind: 'input', message, retryable: true } as const;
  // A finished one cannot be cancelled any more; its pictures are gone all the same.
  const state = job.state === 'completed' ? 'failed' : 'cancelled';
  ledger.end(job.id, { state, charged: 'no', error });
}
