import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/**
 * How the ledger came to be what it is, a step a version. A step that was released is never changed: a ledger of
 * an older version goes through the ones that it has not seen.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE jobs (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     state TEXT NOT NULL,
     model TEXT NOT NULL,
     endpoint TEXT NOT NULL,
     via TEXT NOT NULL,
     account TEXT,
     request_id TEXT,
     prompt TEXT NOT NULL,
     seed INTEGER NOT NULL,
     detached INTEGER NOT NULL DEFAULT 0,
     duplicate_of TEXT,
     estimated_usd REAL,
     unit_price_usd REAL,
     billed_units REAL,
     billed_usd REAL,
     charged TEXT NOT NULL DEFAULT 'no',
     owner TEXT,
     planned_at INTEGER NOT NULL,
     intent_at INTEGER,
     accepted_at INTEGER,
     completed_at INTEGER,
     ended_at INTEGER,
     cancel_requested_at INTEGER,
     asked_hash TEXT,
     input_hash TEXT,
     input TEXT,
     uploads TEXT,
     delivery TEXT,
     result TEXT,
     error TEXT
   ) STRICT;
   CREATE UNIQUE INDEX jobs_by_request ON jobs (request_id) WHERE request_id IS NOT NULL;
   CREATE INDEX jobs_by_state ON jobs (state, seq);
   CREATE INDEX jobs_by_intent ON jobs (intent_at) WHERE intent_at IS NOT NULL;
   CREATE INDEX jobs_open ON jobs (asked_hash) WHERE state IN ('intent', 'accepted', 'completed', 'unknown');
   CREATE TABLE images (
     job_id TEXT NOT NULL REFERENCES jobs (id),
     position INTEGER NOT NULL,
     target TEXT,
     path TEXT,
     width INTEGER,
     height INTEGER,
     content_type TEXT,
     bytes INTEGER,
     sha256 TEXT,
     PRIMARY KEY (job_id, position)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX images_pending ON images (target) WHERE path IS NULL AND target IS NOT NULL;`,
];

/** What this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The version of a ledger; 0 for an empty file. */
export function versionOf(db: DatabaseSyncInstance): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/** Brings a ledger up to {@link SCHEMA_VERSION}. Several processes may do so at once: one of them does it. */
export function migrate(db: DatabaseSyncInstance): void {
  if (versionOf(db) >= SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been quicker, and may even be newer.
    const version = versionOf(db);
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    if (version < SCHEMA_VERSION) db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    // Some errors, a full disk among them, may have ended the transaction already (sqlite.org/lang_transaction.html).
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
