import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The file that a name means where there is none of exactly that name: macOS keeps names decomposed and puts odd
 * spaces into those of screenshots, and typed names have neither. Folders on the way are looked for in the same
 * way.
 *
 * @param file absolute
 * @returns an absolute path; undefined where the name is exact, where no other name is the same to a reader, or
 * several
 */
export async function otherSpelling(file: string): Promise<string | undefined> {
  // Only what has a letter or a space that can be written in two ways is worth a look at the disk.
  if (/^[\x21-\x7e]*$/.test(file) || existsSync(file)) return undefined;
  const found = await spelled(file);
  return found === file ? undefined : found;
}

async function spelled(file: string): Promise<string | undefined> {
  if (existsSync(file)) return file;
  const parent = path.dirname(file);
  if (parent === file) return undefined;
  const folder = await spelled(parent);
  if (folder === undefined) return undefined;
  const wanted = readAs(path.basename(file));
  const names = await readdir(folder).catch(() => []);
  const [match, ...others] = names.filter((name) => readAs(name) === wanted);
  return match === undefined || others.length > 0 ? undefined : path.join(folder, match);
}

/** The name as a person reads it: accents as parts of their letters, every kind of space as one. */
function readAs(name: string): string {
  return name.normalize('NFC').replace(/\p{Zs}/gu, ' ');
}
