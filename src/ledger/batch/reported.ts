/* Which jobs the file of results speaks of. Known within one run alone: the file is the truth, and is read anew. */
import type { Database } from '../database.js';
import { endedRows } from './states.js';

export function forgetReported(db: Database): void {
  db.exec(
    'CREATE TEMP TABLE IF NOT EXISTS reported (job TEXT PRIMARY KEY) WITHOUT ROWID; DELETE FROM reported',
  );
}

export function markReported(db: Database, job: string): void {
  db.run('INSERT INTO reported VALUES (?) ON CONFLICT DO NOTHING', job);
}

/** Keys of rows that came to an end of which no line speaks, in the order of ending. */
export function unreportedRows(db: Database): string[] {
  return endedRows(db, 'j.id NOT IN (SELECT job FROM reported)');
}
