import { existsSync, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { codeOf, type FalEditError, inputFieldError, messageOf } from '../errors/error.js';
import { displayName, inQuotes } from './names.js';

/** A file that the user named: its path, the path as written, and the flag. */
export interface NamedFile {
  /** Absolute. */
  path: string;
  /** As the user wrote it. */
  written: string;
  /** The user's name for the field, e.g. "--image". */
  where: string;
}

/**
 * Stats of a regular file, without opening it: opening a pipe would wait for its other end.
 *
 * @throws FalEditError kind `input`: missing (with the nearest name in the folder), not readable, a folder, a
 * pipe, a socket, a device, or empty
 */
export async function statRegularFile(file: NamedFile): Promise<Stats> {
  const { where, written } = file;
  const quoted = inQuotes(written);
  if (file.path.includes('\0'))
    throw inputFieldError(where, `${quoted} is not a file name: it contains a NUL.`);
  let found;
  try {
    found = await stat(file.path);
  } catch (error) {
    throw await unreadable(file, error);
  }
  if (!found.isFile()) {
    throw inputFieldError(where, `${quoted} is ${kindOf(found)}, not a file.`, {
      hint: found.isFIFO() ? 'To read a pipe, write - and pipe into stdin.' : undefined,
    });
  }
  if (found.size === 0) throw inputFieldError(where, `${quoted} is empty.`);
  return found;
}

/** The error for a file that could not be opened or read. */
export async function unreadable(file: NamedFile, error: unknown): Promise<FalEditError> {
  const quoted = inQuotes(file.written);
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const near = await nearestName(file);
    return inputFieldError(file.where, `${quoted}: no such file.`, {
      hint: near === undefined ? undefined : `Did you mean ${displayName(near)}?`,
      origin: error,
    });
  }
  const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : messageOf(error);
  return inputFieldError(file.where, `${quoted} cannot be read: ${reason}.`, { origin: error });
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

/** The nearest name in the same folder, if it is near enough to be a typo. */
async function nearestName({ path, written }: NamedFile): Promise<string | undefined> {
  const wanted = basename(path).toLowerCase();
  const entries = await readdir(dirname(path), { withFileTypes: true }).catch(() => []);
  const [nearest] = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, slips: distance(wanted, name.toLowerCase()) }))
    .filter(({ slips }) => slips <= Math.max(2, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.slips - b.slips);
  if (nearest === undefined) return undefined;
  return written.includes('://') ? nearest.name : join(dirname(written), nearest.name);
}

/**
 * The file that a name means if no file has exactly that name: macOS decomposes names and puts odd spaces into those
 * of screenshots; typed names have neither. Folders on the path are found in the same way.
 *
 * @param file absolute
 * @returns an absolute path; undefined if the name is exact, or if no name or several names look the same to a
 * reader
 */
export async function otherSpelling(file: string): Promise<string | undefined> {
  // The disk is searched only for names with a letter or space that can be written in two ways.
  if (/^[\x21-\x7e]*$/.test(file) || existsSync(file)) return undefined;
  const found = await spelled(file);
  return found === file ? undefined : found;
}

async function spelled(file: string): Promise<string | undefined> {
  if (existsSync(file)) return file;
  const parent = dirname(file);
  if (parent === file) return undefined;
  const folder = await spelled(parent);
  if (folder === undefined) return undefined;
  const wanted = readAs(basename(file));
  const names = await readdir(folder).catch(() => []);
  const [match, ...others] = names.filter((name) => readAs(name) === wanted);
  return match === undefined || others.length > 0 ? undefined : join(folder, match);
}

/** The name as a person reads it: accents composed, every kind of space alike. */
function readAs(name: string): string {
  return name.normalize('NFC').replace(/\p{Zs}/gu, ' ');
}
