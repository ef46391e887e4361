import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { FalEditError, inputError, messageOf } from '../../errors/error.js';
import { isBusy } from '../../ledger/ledger-error.js';
import { loadSqlite } from '../../native-parts.js';
import { OUT_DIR_FILES } from './out-dir.js';

/** Exclusive use of an out-dir by this run, until released. */
export interface Lock {
  release: () => void;
}

/**
 * Locks an out-dir for this run. Uses a file lock of the system on an empty SQLite file: it ends with the process,
 * however that ends, and a copy of the folder is not locked. So there are no stale locks to take over.
 *
 * @param outDir absolute; exists
 * @param readOnly leave no lock file behind in a folder without one
 * @throws FalEditError (locked): another run has it; (input): it cannot be locked at all
 */
export function lockOutDir(outDir: string, { readOnly }: { readOnly: boolean }): Lock {
  const file = path.join(outDir, OUT_DIR_FILES.lock);
  if (readOnly && !existsSync(file)) return { release: () => undefined };
  const { DatabaseSync } = loadSqlite();
  let db: DatabaseSyncInstance | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec('BEGIN EXCLUSIVE');
    // A read-only run may have deleted the file just now: a lock on it would not exclude other runs.
    if (!existsSync(file)) throw lockedError(outDir);
  } catch (error) {
    db?.close();
    if (error instanceof FalEditError) throw error;
    throw isBusy(error) ? lockedError(outDir) : unusableError(file, error);
  }
  const taken = db;
  return {
    release: () => {
      if (taken.isOpen) taken.close();
    },
  };
}

function lockedError(outDir: string): FalEditError {
  return new FalEditError('locked', `Another run is using ${outDir}. Nothing was sent.`, {
    hint: 'Wait for it to finish, or name another --out-dir.',
    details: { out_dir: outDir },
  });
}

function unusableError(file: string, error: unknown): FalEditError {
  return inputError(`The lock ${file} cannot be taken (${messageOf(error)}). Nothing was sent.`, {
    hint: 'Remove that file, or name another --out-dir.',
    origin: error,
  });
}
