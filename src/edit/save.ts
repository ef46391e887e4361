import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../errors.js';
import { numbered } from './targets.js';

/**
 * Writes a picture so that its name appears with all of its bytes or not at all: temporary file beside the
 * target, sync, rename, sync of the folder. An existing file is replaced only with `force`; else the picture
 * takes the next free number, since it is paid for and has to go somewhere.
 *
 * @returns the path that it got
 * @throws the system's error, with nothing left behind
 */
export async function saveWhole(target: string, bytes: Uint8Array, force: boolean): Promise<string> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.fal-edit-${randomUUID()}.part`);
  try {
    await writeSynced(temporary, bytes);
    const placed = force ? await replace(temporary, target) : await placeBeside(temporary, target);
    await syncFolder(folder);
    return placed;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function replace(temporary: string, target: string): Promise<string> {
  await rename(temporary, target);
  return target;
}

/** A hard link, unlike a rename, fails where the name is taken: no moment in which two runs could both have it. */
async function placeBeside(temporary: string, target: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = numbered(target, number);
    try {
      await link(temporary, candidate);
      return candidate;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      if (!NO_LINKS.includes(codeOf(error) ?? '')) throw error;
      return placeWithoutLinks(temporary, candidate, target, number);
    }
  }
}

/** What file systems without hard links say. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** On such a file system the name is looked up first; between the look and the rename lies a moment. */
async function placeWithoutLinks(
  temporary: string,
  candidate: string,
  target: string,
  number: number,
): Promise<string> {
  for (let next = number, name = candidate; ; next++, name = numbered(target, next)) {
    try {
      await lstat(name);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      return replace(temporary, name);
    }
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
