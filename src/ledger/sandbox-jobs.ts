import type { Job } from './job.js';
import type { Ledger } from './ledger.js';
import { isAbandoned } from './lookup.js';

/**
 * Ends a job whose sandbox is gone, so that it is no longer offered. Leaves a job that another process is still
 * running.
 */
export function endWithSandbox(ledger: Ledger, job: Job): void {
  if (!isAbandoned(ledger, job)) return;
  const message = 'The built-in sandbox ended with its run.';
  const error = { kind: 'input', message, retryable: true } as const;
  // A completed job can no longer be cancelled, but its pictures are gone too.
  const state = job.state === 'completed' ? 'failed' : 'cancelled';
  ledger.end(job.id, { state, charged: 'no', error });
}
