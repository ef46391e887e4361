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
  // Its companions (-wal, -shm) get the rights of the file from SQLite.
  tighten(file, 0o600);
  // Somebody chose a folder with other files for more than this.
  const others = readdirSync(folder).filter((name) => !name.startsWith(path.basename(file)));
  if (others.length === 0) tighten(folder, 0o700);
}

/** Never opens one that is there: closing it again would take away the locks that this process has on it. */
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
    // Somebody else's, or a file system without rights: both were chosen by the user.
    if (!['EPERM', 'ENOTSUP', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
  }
}
