/* Jobs of rows whose pictures are to have other names than when they were sent. */
import type { StoredOutput } from '../job.js';
import type { Ledger } from '../ledger.js';
import { keptPath, storedOutput } from '../rows.js';
import { JOINED } from './states.js';

/** Keys of rows that fal has made or is making, and whose output has changed since. */
export function redirectedRows({ db }: Ledger): string[] {
  const named = (delivery: string): string =>
    `json_remove(${delivery}, '$.cwd', '$.force', '$.keepBlanked', '$.finish')`;
  const sql = `SELECT r.key FROM ${JOINED} WHERE r.position IS NOT NULL
    AND j.state IN ('accepted', 'completed', 'saved')
    AND ${named('j.delivery')} IS NOT ${named("json_extract(r.plan, '$.delivery')")} ORDER BY r.position`;
  return (db.rows(sql) as { key: string }[]).map(({ key }) => key);
}

/**
 * Changes where a job's results go.
 *
 * @param files absolute paths of its pictures, by index; saved pictures are already there
 */
export function redirectJob(
  { db, root }: Ledger,
  job: string,
  output: StoredOutput,
  files: ReadonlyMap<number, string>,
): void {
  const kept = JSON.stringify({ ...storedOutput(output), cwd: keptPath(output.cwd, root) });
  db.run('UPDATE jobs SET delivery = ? WHERE id = ?', kept, job);
  for (const [index, file] of files) {
    db.run(
      `UPDATE images SET target = ?1, path = CASE WHEN path IS NULL THEN NULL ELSE ?1 END
       WHERE job_id = ?2 AND position = ?3`,
      ...[keptPath(file, root), job, index],
    );
  }
}
