import type { Ledger } from '../ledger.js';

/** Facts about a file, valid while its stamp is unchanged. */
export interface Digest {
  /** Size and times of the file when it was read; if they differ, its content may too. */
  stamp: string;
  /** A JSON value. */
  facts: unknown;
}

/** @param file absolute */
export function findDigest({ db }: Ledger, file: string): Digest | undefined {
  const row = db.row('SELECT stamp, facts FROM digests WHERE path = ?', file) as
    { stamp: string; facts: string } | undefined;
  return row === undefined ? undefined : { stamp: row.stamp, facts: JSON.parse(row.facts) as unknown };
}

export function putDigest({ db }: Ledger, file: string, { stamp, facts }: Digest): void {
  db.run(
    'INSERT INTO digests VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET stamp = excluded.stamp, facts = excluded.facts',
    ...[file, stamp, JSON.stringify(facts)],
  );
}

/** Whether a condition holds for all files with a known digest. @param holds gets absolute paths */
export function everyDigest({ db }: Ledger, holds: (file: string, stamp: string) => boolean): boolean {
  for (const row of db.each('SELECT path, stamp FROM digests')) {
    const { path, stamp } = row as { path: string; stamp: string };
    if (!holds(path, stamp)) return false;
  }
  return true;
}
