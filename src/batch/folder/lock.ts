import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { FalEditError, inputError, messageOf } from '../../errors/error.js';
import { isBusy } from '../../ledger/ledger-error.js';
import { loadSqlite } from '../../native-parts.js';
import { OUT_DIR_FILES } from './out-dir.js';

/** An out-dir that only this run may use until it is released. */
export interface Lock {
  release: () => void;
}

/**
 * Takes an out-dir for this run. The lock is the system's own, on an empty SQLite file: it goes when its process goes,
 * however that ends, and a copy of the folder is not locked. So there is no stale lock, and nothing to take over.
 *
 * @param outDir absolute; it exists
 * @param look nothing is to be left behind: where no run has ever been, there is none now
 * @throws FalEditError (locked): another run has it; (input): it cannot be taken by anybody
 */
export function lockOutDir(outDir: string, { readOnly }: { readOnly: boolean }): Lock {
  const file = path.join(outDir, OUT_DIR_FILES.lock);
  if (readOnly && !existsSync(file)) return { release: () => undefined };
  const { DatabaseSync } = loadSqlite();
  let db: DatabaseSyncInstance | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec('BEGIN EXCLUSIVE');
    // A run that left the folder as it was has taken the file away between the two: this lock would lock nobody out.
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
