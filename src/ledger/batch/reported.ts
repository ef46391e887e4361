/* Jobs with a line in results.jsonl. The file is authoritative; it is read again unless nothing has changed since. */
import type { Database } from '../database.js';
import { readNote, writeNote } from './notes.js';
import { endedRows } from './states.js';

export function forgetReported(db: Database): void {
  db.exec(
    'CREATE TEMP TABLE IF NOT EXISTS reported (job TEXT PRIMARY KEY) WITHOUT ROWID; DELETE FROM reported',
  );
}

export function markReported(db: Database, job: string): void {
  db.run('INSERT INTO reported VALUES (?) ON CONFLICT DO NOTHING', job);
}

/** Keys of finished rows without a line in results.jsonl, in the order in which they finished. */
export function unreportedRows(db: Database): string[] {
  return endedRows(db, 'j.id NOT IN (SELECT job FROM reported)');
}

/**
 * Records that the file has a line for every finished row, if that is so.
 *
 * @param stamp current stamp of the file; if it differs later, its content may too
 */
export function sealReported(db: Database, stamp: string): void {
  if (unreportedRows(db).length === 0) writeNote(db, 'results', sealOf(db, stamp));
}

/** Whether that was recorded, and neither the file, the rows nor any job has changed since. */
export function isSealed(db: Database, stamp: string): boolean {
  return readNote(db, 'results') === sealOf(db, stamp);
}

function sealOf(db: Database, stamp: string): string {
  // Uses an index, unlike the times of ending.
  const jobs = db.rows('SELECT state, count(*) AS n, max(seq) AS last FROM jobs GROUP BY state');
  return JSON.stringify([stamp, readNote(db, 'reading') ?? null, jobs]);
}
