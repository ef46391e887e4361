import { existsSync } from 'node:fs';
import { reopenJob, replacedJobs, savedFiles } from '../../ledger/batch/saved.js';
import type { Ledger } from '../../ledger/ledger.js';

/**
 * Reopens finished rows whose pictures are gone, to fetch them again at no further cost. A picture that another row's
 * has replaced counts as gone. An existing file may have been changed by the user.
 */
export function reopenMissing(ledger: Ledger): void {
  const jobs = new Set(replacedJobs(ledger));
  // Synchronous: a batch has thousands of files, and each check takes a few microseconds.
  for (const { job, file } of savedFiles(ledger)) if (!existsSync(file)) jobs.add(job);
  for (const job of jobs) reopenJob(ledger, job);
}
