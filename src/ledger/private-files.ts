import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { codeOf } from '../errors/error.js';

/**
 * Creates a ledger's folder and file if they are missing, readable only by the user: prompts and picture URLs
 * are private. Synchronous: a few quick calls in every edit.
 *
 * @throws the system's error
 */
export function makePrivate(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  createFile(file);
  // SQLite gives its companions (-wal, -shm) the file's permissions.
  tighten(file, 0o600);
  // A folder with other files has other uses: keep its permissions.
  const others = readdirSync(folder).filter((name) => !name.startsWith(path.basename(file)));
  if (others.length === 0) tighten(folder, 0o700);
}

/** Creates the file. Never opens an existing one: closing it would release this process's locks on it. */
function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function tighten(file: string, mode: number): void {
  if ((statSync(file).mode & 0o077) === 0) return;
  try {
    chmodSync(file, mode);
  } catch (error) {
    // Another user's file, or a file system without permissions: the user chose it.
    if (!['EPERM', 'ENOTSUP', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
  }
}
