import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { LeftOut } from '../../batch/manifest/pictures/folder.js';
import { openRows } from '../../batch/manifest/open.js';
import { OUT_DIR_FILES } from '../../batch/folder/out-dir.js';
import type { Context } from '../../context.js';
import { inputError, usageError } from '../../errors/error.js';
import { RESULTS_FOLDER, type GridPicture } from '../../study/compare/cells.js';

/** Subfolders of the batch folder with pictures that the comparison itself made. */
const MADE = [RESULTS_FOLDER, OUT_DIR_FILES.reportFiles];

/**
 * Finds the pictures to compare, each once: of two with the same bytes, the first. Skips pictures that the comparison
 * itself made, so that a second run does not compare edits of edits.
 *
 * @param outDir absolute
 * @param onSame called for a skipped picture, with the one that has the same bytes
 * @throws FalEditError (usage, input): nothing is named, a word means no picture; the signal's reason
 */
export async function comparedPictures(
  words: readonly string[],
  recursive: boolean,
  outDir: string,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  onSame: (picture: string, first: string) => void,
): Promise<{ pictures: GridPicture[]; leftOut: LeftOut | undefined }> {
  if (words.length === 0) {
    throw usageError(
      '<picture> is missing: name the pictures to compare.',
      'fal-edit compare photo.jpg -p "a watercolor"',
    );
  }
  const source = await openRows(words, { recursive, format: undefined }, context);
  if (source.isManifest) {
    throw usageError(`${source.name} is a manifest. Name pictures, folders, patterns or URLs.`);
  }
  const root = await realpath(outDir).catch(() => outDir);
  const pictures: GridPicture[] = [];
  for await (const entry of source.rows()) {
    if (entry.kind !== 'row') continue;
    const { file } = entry.place;
    const isUrl = /^https?:/i.test(file);
    const real = isUrl ? file : await realpath(path.resolve(context.cwd, file)).catch(() => file);
    if (MADE.some((folder) => real.startsWith(path.join(root, folder) + path.sep))) continue;
    const digest = isUrl ? file : await digestOf(real);
    const same = pictures.find((other) => digest !== '' && other.digest === digest);
    if (same === undefined) pictures.push({ word: file, digest });
    else onSame(file, same.word);
  }
  if (pictures.length > 0) return { pictures, leftOut: source.leftOut };
  throw inputError(
    `${source.name} contains only pictures made by this comparison. Name the pictures to edit.`,
  );
}

/** Empty for an unreadable file, which is reported when its edits are read. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  } catch {
    return '';
  }
  return hash.digest('hex');
}
