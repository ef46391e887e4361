import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../../context.js';
import { inputError } from '../../../errors.js';
import { inQuotes } from '../../../images/names.js';
import { type NamedFile, statRegularFile, unreadable } from '../../../images/regular-file.js';
import { filesMatching, isPattern, PICTURE_ENDINGS, picturesIn } from './glob.js';

/** How messages call what a word was to name. */
const WHERE = 'picture';

/** Two characters at least: a single letter is a Windows drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/**
 * The pictures that words stand for: files, folders, globs and http(s) URLs. In the order of the words, those of a
 * folder or a glob in natural order; one that is meant more than once stands there more than once.
 *
 * @param recursive whether the pictures of a folder's subfolders are meant as well
 * @returns paths as they are written from the working directory, and URLs as they stand
 * @throws FalEditError (input): a word means no picture; the signal's reason
 */
export async function findPictures(
  words: readonly string[],
  recursive: boolean,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<string[]> {
  const found: string[][] = [];
  for (const word of words) {
    const isUrl = /^https?:\/\//i.test(word);
    const files = isUrl ? [] : await filesOf(word, recursive, context);
    found.push(isUrl ? [word] : files.map((file) => writtenFrom(context.cwd, file)));
  }
  return found.flat();
}

/** The files that a word stands for, absolute: one of that name, else the pictures of a folder, else a glob's. */
async function filesOf(
  word: string,
  recursive: boolean,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<string[]> {
  const file: NamedFile = { path: path.resolve(context.cwd, word), written: word, where: WHERE };
  const found = await stat(file.path).catch((error: unknown) => ({ error }));
  if ('error' in found) return globbed(file, found.error, context);
  if (found.isDirectory()) return inFolder(file, recursive, context);
  // Its content is looked at later; but a pipe or a device is none.
  if (!found.isFile()) await statRegularFile(file);
  return [file.path];
}

async function inFolder(
  file: NamedFile,
  recursive: boolean,
  context: Pick<Context, 'signal'>,
): Promise<string[]> {
  const pictures = await picturesIn(file.path, recursive, context);
  if (pictures.length > 0) return pictures;
  throw inputError(
    `${WHERE}: the folder ${inQuotes(file.written)} holds none. Looked for: ${PICTURE_ENDINGS.join(', ')}.`,
    { hint: recursive ? undefined : 'With --recursive its subfolders are searched as well.' },
  );
}

/** @param error why there is no file of that name */
async function globbed(
  file: NamedFile,
  error: unknown,
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<string[]> {
  if (/^data:/i.test(file.written)) {
    throw inputError(`${WHERE}: a data: URI cannot stand for the pictures of a batch.`, {
      hint: 'Save it as a file, or put it into a manifest.',
    });
  }
  const missing = await unreadable(file, error);
  if (!(await isPattern(file.written))) throw missing;
  const files = await filesMatching(file.written, context);
  if (files.length > 0) return files;
  throw inputError(`${WHERE}: ${inQuotes(file.written)} matches no file.`, { hint: missing.hint });
}

/** A path that looks like a URL would be read as one. */
function writtenFrom(cwd: string, file: string): string {
  const relative = path.relative(cwd, file);
  return SCHEME.test(relative) ? `.${path.sep}${relative}` : relative;
}
