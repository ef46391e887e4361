import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder for compiled code, for this user only. Anyone who can write to it controls this program, so a folder
 * that somebody else could write to or replace is not used.
 *
 * @param uid undefined on Windows, where a user's folders are private
 * @returns the folder without symbolic links; undefined if there is no safe one
 */
export function ownCacheFolder(folder: string, uid: number | undefined): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (!found.isDirectory()) return undefined;
    if (uid === undefined) return folder;
    if (found.uid !== uid || (found.mode & 0o022) !== 0) return undefined;
    const real = realpathSync(folder);
    return isOursAlone(real, uid) ? real : undefined;
  } catch {
    // The folder is read-only, or the disk is full: the program starts a little slower.
    return undefined;
  }
}

/** Whether nobody else can write to a folder or replace it. */
function isOursAlone(folder: string, uid: number): boolean {
  const { mode, uid: owner } = lstatSync(folder);
  if (owner !== uid && owner !== 0) return false;
  const isWritable = (mode & 0o022) !== 0;
  // In a sticky folder, such as /tmp, users can only replace their own files.
  if (isWritable && (mode & 0o1000) === 0) return false;
  const parent = path.dirname(folder);
  return parent === folder || isOursAlone(parent, uid);
}
