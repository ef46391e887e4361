import { createRequire } from 'node:module';
import path from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Context } from '../context.js';
import { isBusy, ledgerError, newerLedgerError } from './ledger-error.js';
import { makePrivate } from './private-files.js';
import { migrate, SCHEMA_VERSION, versionOf } from './schema.js';

/** What the ledger's file is called, in the state folder or a batch's own. */
export const LEDGER_FILE = 'ledger.db';

/** How long a write waits for other processes to finish theirs, in milliseconds. */
const BUSY_MS = 10_000;
/** Between two tries at what SQLite does not wait for by itself. */
const PAUSE_MS = 20;

/** Taken as CommonJS, when it is needed: as an ES module it takes a third longer to load. */
const load = createRequire(import.meta.url);

type Value = string | number | null;

/** The database with its errors in our words. Every call is done when it returns. */
export class Database {
  constructor(
    private readonly db: DatabaseSyncInstance,
    readonly file: string,
  ) {}

  /** How many rows changed. */
  run(sql: string, ...values: Value[]): number {
    return this.guarded(() => this.db.prepare(sql).run(...values).changes);
  }

  /** The first row, if there is one; what it holds is the query's own affair. */
  row(sql: string, ...values: Value[]): unknown {
    return this.guarded((): unknown => this.db.prepare(sql).get(...values));
  }

  rows(sql: string, ...values: Value[]): unknown[] {
    return this.guarded((): unknown[] => this.db.prepare(sql).all(...values));
  }

  /** All or nothing, and alone: other processes wait for it. */
  transaction<T>(run: () => T): T {
    return this.guarded(() => {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const value = run();
        this.db.exec('COMMIT');
        return value;
      } catch (error) {
        if (this.db.isTransaction) this.db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }

  private guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw ledgerError(error, this.file);
    }
  }
}

/**
 * Opens the database in a folder, made if need be, for the user alone. WAL with full sync: what a statement has
 * written survives the process and the power.
 *
 * @throws FalEditError (input, temporary): the folder or the file cannot be used as a ledger
 */
export async function openDatabase(folder: string, { sleep }: Pick<Context, 'sleep'>): Promise<Database> {
  const file = path.join(folder, LEDGER_FILE);
  let db: DatabaseSyncInstance | undefined;
  try {
    makePrivate(folder, file);
    const { DatabaseSync } = load('@photostructure/sqlite') as typeof import('@photostructure/sqlite');
    const opened = new DatabaseSync(file, { timeout: BUSY_MS });
    db = opened;
    const version = refuseNewer(opened, file);
    await patiently(() => opened.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL'), sleep);
    if (version < SCHEMA_VERSION) {
      migrate(opened);
      // A newer program may have been at it meanwhile.
      refuseNewer(opened, file);
    }
    return new Database(opened, file);
  } catch (error) {
    db?.close();
    throw ledgerError(error, file);
  }
}

/** The version of a ledger that this program can read. @throws FalEditError (input) for one of a later program */
function refuseNewer(db: DatabaseSyncInstance, file: string): number {
  const version = versionOf(db);
  if (version > SCHEMA_VERSION) throw newerLedgerError(file, version, SCHEMA_VERSION);
  return version;
}

/** Turning on WAL fails at once where another process does the same at that moment. */
async function patiently(step: () => void, sleep: Context['sleep']): Promise<void> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      step();
      return;
    } catch (error) {
      if (!isBusy(error) || waited > BUSY_MS) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
