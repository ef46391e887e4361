import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/**
 * Migrations of the ledger, one step per version. A released step never changes: an older ledger runs the steps that
 * it has not run yet.
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

  // Batches: rows that become jobs, identified by their request; files that need not be read or uploaded again.
  `ALTER TABLE jobs ADD COLUMN queued_ms INTEGER;
   ALTER TABLE jobs ADD COLUMN inference_ms INTEGER;
   CREATE INDEX jobs_by_asked ON jobs (asked_hash, seq) WHERE asked_hash IS NOT NULL;
   CREATE TABLE batch (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE batch_rows (
     key TEXT PRIMARY KEY,
     position INTEGER,
     former_position INTEGER,
     id TEXT,
     file TEXT NOT NULL,
     line INTEGER,
     endpoint TEXT NOT NULL,
     usd REAL NOT NULL,
     plan TEXT NOT NULL,
     expected TEXT,
     measured TEXT,
     unmet INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE UNIQUE INDEX batch_rows_in_order ON batch_rows (position) WHERE position IS NOT NULL;
   CREATE INDEX batch_rows_by_id ON batch_rows (id) WHERE id IS NOT NULL;
   CREATE TABLE digests (
     path TEXT PRIMARY KEY,
     stamp TEXT NOT NULL,
     facts TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE uploads (
     sha256 TEXT NOT NULL,
     way TEXT NOT NULL,
     url TEXT NOT NULL,
     uploaded_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     PRIMARY KEY (sha256, way)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE spent_elsewhere (
     folder TEXT NOT NULL,
     quarter INTEGER NOT NULL,
     model TEXT NOT NULL,
     sandbox INTEGER NOT NULL,
     edits INTEGER NOT NULL,
     billed_usd REAL NOT NULL,
     estimated_usd REAL NOT NULL,
     unknown_usd REAL NOT NULL,
     PRIMARY KEY (folder, quarter, model, sandbox)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX spent_elsewhere_by_time ON spent_elsewhere (quarter);`,

  // Fingerprints of version 2: rows that still have one of version 1, former keys of the others, and rows that belong
  // to other shards by their former keys.
  `ALTER TABLE batch_rows ADD COLUMN fingerprint INTEGER NOT NULL DEFAULT 1;
   ALTER TABLE batch_rows ADD COLUMN former_key TEXT;
   CREATE INDEX batch_rows_by_former_key ON batch_rows (former_key) WHERE former_key IS NOT NULL;
   CREATE INDEX batch_rows_by_fingerprint ON batch_rows (fingerprint) WHERE fingerprint < 2;
   CREATE TABLE other_shards (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,

  // Until then, any 5xx for a result was blamed on the model, whatever sent it: the edit may be done and paid for.
  // Fetch its result again, as far back as fal keeps results (30 days, fal-api.md 2.4).
  `UPDATE jobs SET state = 'accepted', charged = 'maybe', owner = NULL, ended_at = NULL, error = NULL
     WHERE state = 'failed' AND charged = 'no' AND request_id IS NOT NULL AND via <> 'sandbox' AND result IS NULL
       AND json_extract(error, '$.kind') = 'failed' AND json_extract(error, '$.retryable') = 1
       AND accepted_at > unixepoch('now', '-30 days') * 1000;`,

  // In the user's ledger: the folders of batches with their own ledgers.
  `CREATE TABLE batch_folders (
     folder TEXT PRIMARY KEY,
     first_job TEXT,
     open INTEGER NOT NULL,
     used_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   INSERT INTO batch_folders SELECT folder, NULL, 0, max(quarter) FROM spent_elsewhere GROUP BY folder;`,

  // Times by fal's clock when a submit was sent, and when fal first did not list it: our own clock may jump.
  `ALTER TABLE jobs ADD COLUMN sent_fal_at INTEGER;
   ALTER TABLE jobs ADD COLUMN missed_fal_at INTEGER;`,

  // For a copy of another batch folder: the last of the copied jobs, whose costs the original reports.
  `ALTER TABLE batch_folders ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;`,

  // Reason why a job ended, if it decides what may be done next. Until then it was read from the message.
  `ALTER TABLE jobs ADD COLUMN reason TEXT;
   UPDATE jobs SET reason = 'no_such_request'
     WHERE state = 'rejected' AND json_extract(error, '$.message') = 'fal has no such request';`,

  // Until then, a standalone sandbox was stored like any proxy. Only the sandbox key has this account.
  `UPDATE jobs SET via = 'sandbox+' || via WHERE account = 'b7ad567477c8'
     AND (via LIKE 'http://127.0.0.1:%' OR via LIKE 'http://localhost:%' OR via LIKE 'http://[::1]:%');
   UPDATE batch SET value = 'sandbox' WHERE name = 'world' AND value = 'fal'
     AND EXISTS (SELECT 1 FROM jobs) AND NOT EXISTS (SELECT 1 FROM jobs WHERE via NOT LIKE 'sandbox%');`,

  // The bytes that fal returned, and what finishing them left out. Until then every file was saved as it was returned.
  `ALTER TABLE images ADD COLUMN received_sha256 TEXT;
   ALTER TABLE images ADD COLUMN warnings TEXT;
   UPDATE images SET received_sha256 = sha256;`,

  // Where estimates come from. Until then all were calculated.
  `ALTER TABLE jobs ADD COLUMN cost_grade TEXT;
   ALTER TABLE batch_rows ADD COLUMN cost_grade TEXT;`,

  // Files of other outputs than the main one: the name of the output. Until then there was only the main one.
  `ALTER TABLE images ADD COLUMN field TEXT;`,

  // The schema that an edit was requested with, by its hash. Listed models have none.
  `ALTER TABLE jobs ADD COLUMN schema_hash TEXT;`,
];

/** The version that this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** The version of a ledger; 0 for an empty file. */
export function versionOf(db: DatabaseSyncInstance): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/** Migrates a ledger to {@link SCHEMA_VERSION}. If several processes try at once, only one does it. */
export function migrate(db: DatabaseSyncInstance): void {
  if (versionOf(db) >= SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been faster, and may even be newer.
    const version = versionOf(db);
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    if (version < SCHEMA_VERSION) db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    // Some errors, such as a full disk, have already ended the transaction (sqlite.org/lang_transaction.html).
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
