import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Context } from '../context.js';
import { loadSqlite } from '../native-parts.js';
import type { Secrets } from '../secrets.js';
import { goneLedgerError, isBusy, ledgerError, newerLedgerError } from './ledger-error.js';
import { makePrivate } from './private-files.js';
import { migrate, SCHEMA_VERSION, versionOf } from './schema.js';

/** Name of the ledger's file, in the state folder or a batch folder. */
export const LEDGER_FILE = 'ledger.db';

/** Longest wait of a write for other processes, in milliseconds. */
const BUSY_MS = 10_000;
/** Time between two tries if SQLite does not wait by itself, in milliseconds. */
const PAUSE_MS = 20;
/** Most cached statements: more than the program has, except for those with lists of varying length. */
const MOST_STATEMENTS = 100;

/** Statements to begin, commit and roll back a transaction: on its own, and inside another. */
const WHOLE = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'] as const;
const PART = ['SAVEPOINT part', 'RELEASE part', 'ROLLBACK TO part; RELEASE part'] as const;

export type Value = string | number | null;

type Statement = ReturnType<DatabaseSyncInstance['prepare']>;

/** The database, with its errors turned into ours. Calls are synchronous, apart from `longTransaction`. */
export class Database {
  /** Compiled statements by text: a batch runs the same ones thousands of times. */
  private readonly statements = new Map<string, Statement>();
  /** Full plans of rows that contain a secret, by row key. Kept only in memory. */
  readonly secretPlans = new Map<string, unknown>();
  private readonly identity: string | undefined;
  /** Called after a group of writes is on the disk. */
  onCommitted: (() => void) | undefined;

  constructor(
    private readonly db: DatabaseSyncInstance,
    readonly file: string,
    private readonly kind: LedgerKind,
    /** Secrets that must never be stored in it. */
    readonly secrets: Secrets,
    private readonly onClosed: () => void = () => undefined,
  ) {
    this.identity = identityOf(file);
  }

  /** Returns the number of changed rows. */
  run(sql: string, ...values: Value[]): number {
    return this.guarded(() => this.prepared(sql).run(...values).changes);
  }

  /** The first row, if any; its type depends on the query. */
  row(sql: string, ...values: Value[]): unknown {
    return this.guarded((): unknown => this.prepared(sql).get(...values));
  }

  rows(sql: string, ...values: Value[]): unknown[] {
    return this.guarded((): unknown[] => this.prepared(sql).all(...values));
  }

  /** Yields all rows one by one, for queries that may return millions. The rows must not be written to meanwhile. */
  *each(sql: string, ...values: Value[]): Generator<unknown, void, undefined> {
    try {
      // Not cached: a cached statement could run again before this one ends.
      yield* this.db.prepare(sql).iterate(...values);
    } catch (error) {
      throw ledgerError(error, this.file);
    }
  }

  /** Runs statements without parameters or results. */
  exec(sql: string): void {
    this.guarded(() => this.db.exec(sql));
  }

  /** Whether a write would now be part of an uncommitted transaction. */
  get isInTransaction(): boolean {
    return this.db.isTransaction;
  }

  /** Runs everything or nothing, while other processes wait. Inside another transaction it becomes part of that. */
  transaction<T>(run: () => T): T {
    const [begin, commit, rollback] = this.db.isTransaction ? PART : WHOLE;
    return this.guarded(() => {
      this.prepared(begin).run();
      try {
        const value = run();
        this.prepared(commit).run();
        return value;
      } catch (error) {
        this.rollback(rollback);
        throw error;
      }
    });
  }

  /**
   * A transaction that does not wait for the disk: it survives a crash of the program, but perhaps not a power cut
   * before the next write that waits. Only for writes that can be repeated or reconstructed.
   */
  relaxedTransaction<T>(run: () => T): T {
    if (this.db.isTransaction) return this.transaction(run);
    this.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.transaction(run);
    } finally {
      this.exec('PRAGMA synchronous = FULL');
    }
  }

  /**
   * A transaction for asynchronous work. It includes everything that this process writes meanwhile.
   *
   * @param run returns whether to keep the writes
   */
  async longTransaction<T>(run: () => Promise<{ keep: boolean; value: T }>): Promise<T> {
    this.guarded(() => this.db.exec('BEGIN IMMEDIATE'));
    try {
      const { keep, value } = await run();
      if (keep) this.guarded(() => this.db.exec('COMMIT'));
      else this.rollback();
      return value;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Whether the whole file can be read. */
  isSound(): boolean {
    try {
      const [first] = this.db.prepare('PRAGMA quick_check(1)').all() as { quick_check?: string }[];
      return first?.quick_check === 'ok';
    } catch {
      return false;
    }
  }

  /** Writes the WAL back into the file, except for parts that are being read. */
  checkpoint(): void {
    this.guarded(() => {
      this.db.exec('PRAGMA busy_timeout = 100');
      this.db.exec(`PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = ${BUSY_MS}`);
    });
  }

  /** Removes deleted data from the file, except for parts that are being read. */
  rewrite(): void {
    try {
      this.db.exec('PRAGMA busy_timeout = 100');
      this.db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // The file is being read, or the disk is full: deleted data stays a little longer.
    }
    this.guarded(() => this.db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`));
  }

  /** Whether the file at our path is still the one that we write to: its folder may have been deleted or replaced. */
  isStillOurs(): boolean {
    return this.identity !== undefined && this.identity === identityOf(this.file);
  }

  /** @throws FalEditError (input): the file is gone, so writes would be lost */
  refuseElsewhere(): void {
    if (!this.isStillOurs()) throw goneLedgerError(this.file);
  }

  /** Closes the database. Never throws: all writes are kept, and the next process that opens the file does the rest. */
  close(): void {
    if (!this.db.isOpen) return;
    if (this.kind !== 'looked-at' && identityOf(this.file) === undefined) this.putBack();
    else if (this.kind === 'portable') this.intoOneFile();
    try {
      this.db.close();
    } catch {
      // The disk is full: no room for the final checkpoint.
    }
    this.onClosed();
  }

  /** Restores a deleted file, with its record of paid edits, from the open database. */
  private putBack(): void {
    try {
      makePrivate(path.dirname(this.file), this.file);
      this.prepared('VACUUM INTO ?').run(this.file);
    } catch {
      // The disk may be gone along with the folder.
    }
  }

  /** Merges the WAL into the file, which may be copied without it. Does nothing while others are reading it. */
  private intoOneFile(): void {
    try {
      // Not worth waiting for as long as for a write.
      this.db.exec('PRAGMA busy_timeout = 100');
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
    } catch {
      // Nothing is lost: the WAL is read when the file is next opened.
    }
  }

  /**
   * Rolls back. Some errors, such as a full disk, have already ended the transaction
   * (sqlite.org/lang_transaction.html).
   */
  private rollback(how = 'ROLLBACK'): void {
    try {
      if (this.db.isTransaction) this.db.exec(how);
    } catch {
      // The original error is more useful; nothing is committed.
    }
  }

  private prepared(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.db.prepare(sql);
    if (this.statements.size < MOST_STATEMENTS) this.statements.set(sql, statement);
    return statement;
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
 * How a ledger is used: for the machine; in a folder of results that may be moved (`portable`); or read-only, without
 * changing a byte (`looked-at`).
 */
export type LedgerKind = 'machine' | 'portable' | 'looked-at';

/**
 * Opens the database in a folder, created if missing, readable only by the user. WAL with full sync: a finished write
 * survives the end of the process and a power cut.
 *
 * @throws FalEditError (input, temporary): the folder or the file cannot be used as a ledger
 */
export async function openDatabase(
  folder: string,
  { sleep, secrets }: Pick<Context, 'sleep' | 'secrets'>,
  kind: LedgerKind = 'machine',
): Promise<Database> {
  const file = path.join(folder, LEDGER_FILE);
  let db: DatabaseSyncInstance | undefined;
  try {
    makePrivate(folder, file);
    const { DatabaseSync } = loadSqlite();
    const opened = new DatabaseSync(file, { timeout: BUSY_MS });
    db = opened;
    const version = refuseNewer(opened, file);
    // The file must not change, but only the current version can be read: migrate a copy.
    if (kind === 'looked-at' && version > 0 && version < SCHEMA_VERSION) {
      const copy = copyOf(opened);
      opened.close();
      db = copy.db;
      migrate(copy.db);
      return new Database(copy.db, file, kind, secrets, copy.remove);
    }
    const mode = kind === 'looked-at' ? '' : 'PRAGMA journal_mode = WAL;';
    await patiently(() => opened.exec(`${mode} PRAGMA synchronous = FULL`), sleep);
    if (version < SCHEMA_VERSION) {
      migrate(opened);
      // A newer program may have migrated it meanwhile.
      refuseNewer(opened, file);
    }
    return new Database(opened, file, kind, secrets);
  } catch (error) {
    db?.close();
    throw ledgerError(error, file);
  }
}

/** Copies a ledger of an older version to a temporary folder. */
function copyOf(original: DatabaseSyncInstance): { db: DatabaseSyncInstance; remove: () => void } {
  const { DatabaseSync } = loadSqlite();
  const folder = mkdtempSync(path.join(tmpdir(), 'fal-edit-look-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const file = path.join(folder, LEDGER_FILE);
    original.exec(`VACUUM INTO '${file.replaceAll("'", "''")}'`);
    return { db: new DatabaseSync(file, { timeout: BUSY_MS }), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Identity of a file, to detect its replacement; undefined if there is no file. */
function identityOf(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev} ${stats.ino}`;
}

/** The version of a ledger, if this program can read it. @throws FalEditError (input) if it is newer */
function refuseNewer(db: DatabaseSyncInstance, file: string): number {
  const version = versionOf(db);
  if (version > SCHEMA_VERSION) throw newerLedgerError(file, version, SCHEMA_VERSION);
  return version;
}

/** Retries a step: turning on WAL fails at once if another process does the same at that moment. */
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
