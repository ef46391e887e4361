import { randomUUID } from 'node:crypto';
import {
  link,
  lstat,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  unlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../errors/error.js';
import type { Job, JobImage } from '../../ledger/job.js';
import { sha256Of } from '../../sha256.js';

export interface SaveOptions {
  /** Replace an existing file. */
  force: boolean;
  /** Identifies the picture in the name of the temporary file, so that a later run recognises it as its own. */
  tag: string;
}

/**
 * Writes a picture so that its name appears with all of its bytes or not at all: temporary file beside the target,
 * sync, name, sync of the folder. An existing file is replaced only with `force`.
 *
 * @returns whether the picture has the name; false if it was taken
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
    const placed = force ? await replace(temporary, target) : await linkIfFree(temporary, target, tag);
    if (placed) await syncFolder(folder);
    return placed;
  } finally {
    await removeIfThere(temporary);
  }
}

/**
 * Renames a file as {@link saveWhole} names a picture.
 *
 * @returns whether it has the new name; false if that was taken, and the file has not moved
 * @throws the system's error
 */
export async function moveWhole(file: string, target: string, { force, tag }: SaveOptions): Promise<boolean> {
  await mkdir(path.dirname(target), { recursive: true });
  const placed = force ? await replace(file, target) : await linkIfFree(file, target, tag);
  if (placed) await removeIfThere(file);
  if (placed) await syncFolder(path.dirname(target));
  return placed;
}

/**
 * Tries in a folder what saving a picture will do there: permission bits do not reflect read-only disks, quotas and
 * root. Its files have the same names in all runs, so that the next run removes the leftovers of a killed one.
 *
 * @throws the system's error
 */
export async function trySaving(folder: string): Promise<void> {
  const file = path.join(folder, '.fal-edit-probe.part');
  const named = path.join(folder, '.fal-edit-probe-2.part');
  try {
    await writeFile(file, 'x', { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  try {
    await linkIfFree(file, named, 'probe');
  } catch (error) {
    // Another run has tried the folder, and cleaned up.
    if (codeOf(error) !== 'ENOENT') throw error;
  } finally {
    await Promise.all([file, named].map((one) => rm(one, { force: true })));
  }
}

/** Whether a saved picture is still there, byte for byte. @param path absolute */
export async function stateOfFile({
  path: file,
  sha256,
}: Pick<JobImage, 'path' | 'sha256'>): Promise<'intact' | 'changed' | 'gone'> {
  const bytes = file === undefined ? undefined : await readFile(file).catch(() => undefined);
  if (bytes === undefined) return 'gone';
  return sha256Of(bytes) === sha256 ? 'intact' : 'changed';
}

/** Whether a picture is still as it was saved. */
export async function isIntact(image: Pick<JobImage, 'path' | 'sha256'>): Promise<boolean> {
  return (await stateOfFile(image)) === 'intact';
}

/**
 * Whether every picture of a job that became a file is intact. False if none of the main output did: its bytes went to
 * a stream.
 */
export async function areIntact({ images }: Pick<Job, 'images'>): Promise<boolean> {
  const files = images.filter(({ path: file, target }) => file !== undefined || target !== undefined);
  const isMainThere = files.some(({ field }) => field === undefined);
  return isMainThere && (await Promise.all(files.map(isIntact))).every(Boolean);
}

/** Removes files that killed runs left in the folder while saving this picture. */
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
    await syncWhereSupported(handle);
  } finally {
    await handle.close();
  }
}

/** A file system that cannot sync reports an error, which does not mean that writing failed. */
async function syncWhereSupported(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
  }
}

/** Opens a new file. Its folder is created only if that fails, since it mostly exists. */
async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(path.dirname(file), { recursive: true });
  return open(file, 'wx');
}

/** A failure here is not an error: the picture has its name, or another error says why not. */
async function removeIfThere(file: string): Promise<void> {
  await unlink(file).catch(() => undefined);
}

async function replace(temporary: string, target: string): Promise<true> {
  await rename(temporary, target);
  return true;
}

/**
 * A hard link, unlike a rename, fails if the name is taken, so two runs can never both have it. Only EEXIST means that;
 * file systems without links answer with various other errors.
 */
async function linkIfFree(temporary: string, target: string, tag: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return writeIfFree(temporary, target, tag);
  }
}

/**
 * Takes the name with a file that says whose it is, which can only be created where there is none, then replaces it
 * with the picture. A run that is killed in between leaves that file, and a later one recognises it.
 */
async function writeIfFree(temporary: string, target: string, tag: string): Promise<boolean> {
  const claim = `fal-edit is saving picture ${tag} here.\n`;
  try {
    await writeFile(target, claim, { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (!(await isFileHolding(target, claim))) return false;
  }
  try {
    return await replace(temporary, target);
  } catch (error) {
    await removeIfThere(target);
    throw error;
  }
}

async function isFileHolding(file: string, text: string): Promise<boolean> {
  try {
    const { size } = await lstat(file);
    return size === Buffer.byteLength(text) && (await readFile(file, 'utf8')) === text;
  } catch {
    return false;
  }
}

/** Makes the new name itself survive a power cut, if the system can sync a folder. */
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
