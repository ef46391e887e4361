import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, readdir, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../errors.js';

export interface SaveOptions {
  /** Replace a file of that name. */
  force: boolean;
  /** Names the picture in the name of the temporary file, so that a later run knows it for its own. */
  tag: string;
}

/**
 * Writes a picture so that its name appears with all of its bytes or not at all: temporary file beside the
 * target, sync, name, sync of the folder. An existing file is replaced only with `force`.
 *
 * @returns whether the picture has the name; false where it was taken
 * @throws the system's error, with nothing left behind
 */
export async function saveWhole(
  target: string,
  bytes: Uint8Array,
  { force, tag }: SaveOptions,
): Promise<boolean> {
  const folder = path.dirname(target);
  const temporary = path.join(folder, `${temporaryName(tag)}${randomUUID()}.part`);
  try {
    await writeSynced(temporary, bytes);
    const placed = force ? await replace(temporary, target) : await placeIfFree(temporary, target);
    if (placed) await syncFolder(folder);
    return placed;
  } finally {
    await removeIfThere(temporary);
  }
}

/** Removes what runs that were killed in the middle of saving this picture have left in its folder. */
export async function removeLeftovers(target: string, tag: string): Promise<void> {
  const folder = path.dirname(target);
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(temporaryName(tag)) && name.endsWith('.part'));
  await Promise.all(left.map((name) => rm(path.join(folder, name), { force: true })));
}

function temporaryName(tag: string): string {
  return `.fal-edit-${tag}-`;
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await openNew(file);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A folder that is not there is made; mostly it is, and looking first would be for nothing. */
async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(path.dirname(file), { recursive: true });
  return open(file, 'wx');
}

/** `rm` with `force` would do the same with two more looks at the disk. */
async function removeIfThere(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function replace(temporary: string, target: string): Promise<true> {
  await rename(temporary, target);
  return true;
}

/** A hard link, unlike a rename, fails where the name is taken: no moment in which two runs could both have it. */
async function placeIfFree(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.includes(codeOf(error) ?? '')) throw error;
    return placeWithoutLinks(temporary, target);
  }
}

/** What file systems without hard links say. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** On such a file system the name is looked up first; between the look and the rename lies a moment. */
async function placeWithoutLinks(temporary: string, target: string): Promise<boolean> {
  try {
    await lstat(target);
    return false;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return replace(temporary, target);
  }
}

/** Makes the new name itself survive a power cut, where the system lets a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows and some network disks refuse; the file itself is synced.
  }
}
