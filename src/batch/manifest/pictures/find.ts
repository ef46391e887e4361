import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../../context.js';
import { inputError } from '../../../errors/error.js';
import { inQuotes } from '../../../images/names.js';
import { type NamedFile, statRegularFile, unreadable } from '../../../images/named-file.js';
import type { Entry } from '../entry.js';
import { leftOutOfAll, picturesIn, type FolderPictures, type LeftOut } from './folder.js';
import { filesMatching, isPattern, PICTURE_ENDINGS } from './glob.js';

/** Name of the argument in messages. */
const WHERE = 'picture';

/** URL scheme. At least two characters: a single letter is a Windows drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * Resolves arguments to pictures: files, folders, globs and http(s) URLs. Keeps the order of the arguments, with
 * natural order inside a folder or glob; a picture matched more than once is listed more than once.
 *
 * @param recursive include subfolders of folders
 * @returns paths relative to the working directory, URLs unchanged, and a count of the folders' other files
 * @throws FalEditError (input): an argument matches no picture; the signal's reason
 */
export async function findPictures(
  words: readonly string[],
  recursive: boolean,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<FolderPictures> {
  const pictures: string[][] = [];
  const leftOut: LeftOut[] = [];
  for (const word of words) {
    if (/^https?:\/\//i.test(word)) {
      pictures.push([word]);
      continue;
    }
    const found = await filesOf(word, recursive, context);
    pictures.push(found.pictures.map((file) => writtenFrom(context.cwd, file)));
    leftOut.push(found.leftOut);
  }
  return { pictures: pictures.flat(), leftOut: leftOutOfAll(leftOut) };
}

/**
 * Absolute paths of the files that an argument names: a file of that name, else a folder's pictures, else a glob's
 * matches.
 */
async function filesOf(
  word: string,
  recursive: boolean,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<FolderPictures> {
  const file: NamedFile = { path: path.resolve(context.cwd, word), written: word, where: WHERE };
  const found = await stat(file.path).catch((error: unknown) => ({ error }));
  if ('error' in found) return { pictures: await globbed(file, found.error, context), leftOut: {} };
  if (found.isDirectory()) return inFolder(file, recursive, context);
  // The content is checked later, but a pipe or a device is never a picture.
  if (!found.isFile()) await statRegularFile(file);
  return { pictures: [file.path], leftOut: {} };
}

async function inFolder(
  file: NamedFile,
  recursive: boolean,
  context: Pick<Context, 'signal'>,
): Promise<FolderPictures> {
  const found = await picturesIn(file.path, recursive, context).catch(async (error: unknown) => {
    context.signal.throwIfAborted();
    throw await unreadable(file, error);
  });
  if (found.pictures.length > 0) return found;
  throw inputError(
    `${WHERE}: the folder ${inQuotes(file.written)} has no pictures (${PICTURE_ENDINGS.join(', ')}).`,
    { hint: recursive ? undefined : 'Add --recursive to search its subfolders too.' },
  );
}

/** @param error why no file has that name */
async function globbed(
  file: NamedFile,
  error: unknown,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<string[]> {
  if (/^data:/i.test(file.written)) {
    throw inputError(`${WHERE}: a batch cannot read its pictures from a data: URI.`, {
      hint: 'Save it as a file, or put it into a manifest.',
    });
  }
  const missing = await unreadable(file, error);
  if (!(await isPattern(file.written))) throw missing;
  const files = await filesMatching(file.written, context);
  if (files.length > 0) return files;
  throw inputError(`${WHERE}: ${inQuotes(file.written)} matches no file.`, { hint: missing.hint });
}

/** Writes a path from the working directory, such that it cannot be read as a URL. */
function writtenFrom(cwd: string, file: string): string {
  const relative = path.relative(cwd, file);
  return SCHEME.test(relative) ? `.${path.sep}${relative}` : relative;
}

/**
 * Yields a row for each picture. A picture listed more than once, even through a link, is one row: nobody wants to pay
 * for it twice.
 *
 * @param pictures paths as written from the working directory, and URLs
 * @throws the signal's reason
 */
export async function* pictureRows(
  pictures: readonly string[],
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): AsyncGenerator<Entry> {
  const seen = new Set<string>();
  for (const picture of pictures) {
    // A URL, or a file deleted since, has no real path.
    const identity = await realpath(path.resolve(cwd, picture)).catch(() => picture);
    signal.throwIfAborted();
    if (seen.has(identity)) continue;
    seen.add(identity);
    yield { kind: 'row', place: { file: picture, line: undefined }, fields: { image: picture } };
  }
}
