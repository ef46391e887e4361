/* Jobs of a batch whose ledger was lost, rebuilt from other files. */
import { insertRebuilt, type RebuiltJob } from '../insert.js';
import { isUnfinished, type Job } from '../job.js';
import type { Ledger } from '../ledger.js';

/** Whether the ledger has any jobs. */
export function hasJobs({ db }: Ledger): boolean {
  return db.row('SELECT 1 FROM jobs LIMIT 1') !== undefined;
}

/** Ids of the jobs in the ledger, both fal's and ours. */
export function knownRequests({ db }: Ledger): Set<string> {
  const known = new Set<string>();
  for (const row of db.each('SELECT id, request_id FROM jobs')) {
    const { id, request_id: requestId } = row as { id: string; request_id: string | null };
    known.add(id);
    if (requestId !== null) known.add(requestId);
  }
  return known;
}

/**
 * Adds a job that the ledger does not know, or whose end it did not see. Replaces a job of the same id.
 *
 * @returns false if the ledger knows the request, or a job without one, and at least as much about it
 */
export function putRebuilt(ledger: Ledger, job: RebuiltJob): boolean {
  const { db, context, root } = ledger;
  const column = job.requestId === undefined ? 'id' : 'request_id';
  const known = db.row(`SELECT id, state FROM jobs WHERE ${column} = ?`, job.requestId ?? job.id ?? null) as
    Pick<Job, 'id' | 'state'> | undefined;
  if (known !== undefined && (job.state === 'accepted' || !isUnfinished(known.state))) return false;
  db.transaction(() => {
    if (known !== undefined) ledger.remove(known.id);
    if (job.id !== undefined) ledger.remove(job.id);
    const id = insertRebuilt(db, job, context.now(), root);
    ledger.putImages(id, job.images);
  });
  return true;
}

/** Number of jobs that belong to no row of the current batch. */
export function strayJobs({ db }: Ledger): number {
  const { n } = db.row(
    `SELECT count(*) AS n FROM jobs WHERE asked_hash NOT IN
       (SELECT key FROM batch_rows WHERE position IS NOT NULL)`,
  ) as { n: number };
  return n;
}
