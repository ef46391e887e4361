/*
 * Rows and jobs with fingerprints of an earlier version. Paid edits must be found again: a row is never removed, but
 * gets its current key, together with its jobs.
 */
import type { Database } from '../database.js';
import { FINGERPRINT } from './rows.js';

/** A row with a fingerprint of an earlier version, as planned then. */
export interface EarlierRow {
  key: string;
  endpoint: string;
  /** A JSON value. */
  plan: unknown;
}

/** Whether any row has a fingerprint of an earlier version. */
export function hasEarlierRows(db: Database): boolean {
  return db.row(`SELECT 1 FROM batch_rows WHERE fingerprint < ${FINGERPRINT} LIMIT 1`) !== undefined;
}

/** All such rows. They must not be written to meanwhile. */
export function* earlierRows(db: Database): Generator<EarlierRow, void, undefined> {
  const sql = `SELECT key, endpoint, plan FROM batch_rows WHERE fingerprint < ${FINGERPRINT}
    ORDER BY coalesce(position, former_position), key`;
  for (const row of db.each(sql)) {
    const { key, endpoint, plan } = row as { key: string; endpoint: string; plan: string };
    yield { key, endpoint, plan: JSON.parse(plan) as unknown };
  }
}

/** Keys of edits that belong to no row, whether or not the row is in the current manifest. */
export function keysWithoutRow(db: Database): string[] {
  const rows = db.rows(
    `SELECT DISTINCT asked_hash AS key FROM jobs
     WHERE asked_hash IS NOT NULL AND asked_hash NOT IN (SELECT key FROM batch_rows)`,
  ) as { key: string }[];
  return rows.map(({ key }) => key);
}

/** Records a row's former key, if only its edit was left under that key. */
export function noteFormerKey(db: Database, key: string, former: string): void {
  db.run('UPDATE batch_rows SET former_key = ? WHERE key = ? AND former_key IS NULL', former, key);
}

/** Changes the key of a row and its jobs. A row that already has the new key must have no job. */
export function renameRow(db: Database, from: string, to: string): void {
  db.run('DELETE FROM batch_rows WHERE key = ?', to);
  db.run(
    `UPDATE batch_rows SET key = ?, former_key = ?, fingerprint = ${FINGERPRINT} WHERE key = ?`,
    ...[to, from, from],
  );
  db.run('UPDATE jobs SET asked_hash = ? WHERE asked_hash = ?', to, from);
}

/** Current keys of rows, by their former keys. */
export function presentKeys(db: Database): Map<string, string> {
  const rows = db.rows('SELECT former_key, key FROM batch_rows WHERE former_key IS NOT NULL') as {
    former_key: string;
    key: string;
  }[];
  return new Map(rows.map(({ former_key: former, key }) => [former, key]));
}

/** Records that a row belongs to another shard, whatever its current key says. */
export function noteOtherShard(db: Database, key: string): void {
  db.run('INSERT INTO other_shards VALUES (?) ON CONFLICT DO NOTHING', key);
}

export function isOfOtherShard(db: Database, key: string): boolean {
  return db.row('SELECT 1 FROM other_shards WHERE key = ?', key) !== undefined;
}

export function hasRow(db: Database, key: string): boolean {
  return db.row('SELECT 1 FROM batch_rows WHERE key = ?', key) !== undefined;
}
