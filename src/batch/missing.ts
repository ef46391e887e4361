import { existsSync } from 'node:fs';
import { reopenJob, savedFiles } from '../ledger/batch/saved.js';
import type { Ledger } from '../ledger/ledger.js';

/**
 * Rows that are done and whose pictures are gone: they wait for them again, and cost nothing further. A file that is
 * there is the user's own to change.
 */
export function reopenMissing(ledger: Ledger): void {
  // Synchronous: a batch has thousands of them, and each takes some microseconds.
  const gone = [...savedFiles(ledger)].filter(({ file }) => !existsSync(file));
  for (const job of new Set(gone.map((picture) => picture.job))) reopenJob(ledger, job);
}
