import type { Ledger } from '../ledger.js';
import { foundPath } from '../rows.js';
import { JOINED } from './states.js';

/** A picture of a finished row. */
export interface SavedFile {
  /** The job that made it. */
  job: string;
  /** Absolute. */
  file: string;
}

/** The saved pictures of all rows of the batch. */
export function* savedFiles(ledger: Ledger): Generator<SavedFile, void, undefined> {
  // The plus keeps SQLite from starting with all saved jobs and searching all rows for each of them.
  const sql = `SELECT i.job_id, i.path FROM ${JOINED} JOIN images AS i ON i.job_id = j.id
    WHERE r.position IS NOT NULL AND +j.state = 'saved' AND i.path IS NOT NULL`;
  for (const row of ledger.db.each(sql)) {
    const { job_id: job, path } = row as { job_id: string; path: string };
    yield { job, file: foundPath(path, ledger.root) };
  }
}

/** Saved jobs of the batch whose pictures another job has replaced since. */
export function replacedJobs({ db }: Ledger): string[] {
  const sql = `
    WITH shared AS (
      SELECT path FROM images WHERE path IS NOT NULL GROUP BY path HAVING count(DISTINCT job_id) > 1
    ), latest AS (
      SELECT i.path, max(j.ended_at) AS ended_at FROM images AS i JOIN jobs AS j ON j.id = i.job_id
      WHERE i.path IN (SELECT path FROM shared) GROUP BY i.path
    )
    SELECT DISTINCT i.job_id FROM latest AS l JOIN images AS i ON i.path = l.path
      JOIN jobs AS j ON j.id = i.job_id JOIN batch_rows AS r ON r.key = j.asked_hash
    WHERE j.state = 'saved' AND j.ended_at < l.ended_at AND r.position IS NOT NULL`;
  return (db.rows(sql) as { job_id: string }[]).map(({ job_id: job }) => job);
}

/** Reopens a saved job whose pictures are missing, to fetch them again. Keeps fal's answer. */
export function reopenJob({ db }: Ledger, job: string): void {
  db.transaction(() => {
    db.run("UPDATE jobs SET state = 'completed', ended_at = NULL WHERE id = ? AND state = 'saved'", job);
    db.run('UPDATE images SET path = NULL WHERE job_id = ?', job);
  });
}

/**
 * Every name that pictures of a ledger's jobs have or were to have, as absolute paths. A killed run may have named a
 * picture without recording it.
 */
export function namesOfPictures(ledger: Ledger): string[] {
  const rows = ledger.db.rows(
    'SELECT path AS name FROM images WHERE path IS NOT NULL UNION SELECT target FROM images WHERE target IS NOT NULL',
  ) as { name: string }[];
  return rows.map(({ name }) => foundPath(name, ledger.root));
}
