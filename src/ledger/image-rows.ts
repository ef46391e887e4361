import type { Database } from './database.js';
import type { JobImage } from './job.js';
import { foundPath, keptPath } from './portable-path.js';

/** The pictures of the jobs of one ledger: where they are to go, and where they are. All paths are absolute. */
export class ImageRows {
  constructor(
    private readonly db: Database,
    /** See {@link ./ledger.ts}. */
    private readonly root: string | undefined,
  ) {}

  /** Where the pictures of a job are to go; undefined for one that is not to become a file. */
  targetsOf(job: string): (string | undefined)[] {
    const rows = this.db.rows('SELECT target FROM images WHERE job_id = ? ORDER BY position', job);
    return (rows as { target: string | null }[]).map(({ target }) =>
      target === null ? undefined : foundPath(target, this.root),
    );
  }

  /** Where one is to go, unless that is known: it may be there already. */
  choose(job: string, index: number, target: string | undefined): void {
    const sql = 'INSERT INTO images (job_id, position, target) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
    this.db.run(sql, job, index, this.kept(target));
  }

  /** Whether another job than that has chosen a name for a picture which is not saved yet and will be. */
  isPromised(target: string, except: string): boolean {
    const sql = `SELECT 1 FROM images JOIN jobs ON jobs.id = images.job_id
      WHERE target = ? AND path IS NULL AND job_id <> ? AND state NOT IN ('saved', 'failed', 'cancelled') LIMIT 1`;
    return this.db.row(sql, this.kept(target), except) !== undefined;
  }

  /** Replaces a chosen name, unless it was changed before. */
  rename(job: string, index: number, from: string, to: string): void {
    this.db.run(
      'UPDATE images SET target = ? WHERE job_id = ? AND position = ? AND target = ?',
      ...[this.kept(to), job, index, this.kept(from)],
    );
  }

  /** Records that a picture is saved. */
  put(job: string, { index, path, ...facts }: Omit<JobImage, 'target'>): void {
    const { width, height, contentType, bytes, sha256 } = facts;
    const values = [width, height, contentType, bytes, sha256].map((value) => value ?? null);
    this.db.run(
      `INSERT INTO images (job_id, position, target, path, width, height, content_type, bytes, sha256)
       VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8)
       ON CONFLICT DO UPDATE SET path = excluded.path, width = excluded.width, height = excluded.height,
         content_type = excluded.content_type, bytes = excluded.bytes, sha256 = excluded.sha256`,
      ...[job, index, this.kept(path), ...values],
    );
  }

  /** Whether pictures that are to become files are not there yet. */
  isAnyMissing(job: string): boolean {
    const sql = 'SELECT 1 FROM images WHERE job_id = ? AND target IS NOT NULL AND path IS NULL LIMIT 1';
    return this.db.row(sql, job) !== undefined;
  }

  private kept(file: string | undefined): string | null {
    return file === undefined ? null : keptPath(file, this.root);
  }
}
