import { existsSync } from 'node:fs';
import { reopenJob, replacedJobs, savedFiles } from '../../ledger/batch/saved.js';
import type { Ledger } from '../../ledger/ledger.js';

/**
 * Rows that are done and whose pictures are gone: they wait for them again, and cost nothing further. Gone is also what
 * another row has put its own in the place of. A file that is there is the user's own to change.
 */
export function reopenMissing(ledger: Ledger): void {
  const jobs = new Set(replacedJobs(ledger));
  // Synchronous: a batch has thousands of them, and each takes some microseconds.
  for (const { job, file } of savedFiles(ledger)) if (!existsSync(file)) jobs.add(job);
  for (const job of jobs) reopenJob(ledger, job);
}
