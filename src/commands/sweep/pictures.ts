import path from 'node:path';
import type { Context } from '../../context.js';
import type { FolderPictures } from '../../batch/manifest/pictures/folder.js';
import { findPictures } from '../../batch/manifest/pictures/find.js';
import { pictureRows } from '../../batch/manifest/pictures/find.js';
import { inputError, usageError } from '../../errors/error.js';
import { ownFiles } from './own-files.js';

/**
 * The pictures that a sweep edits, each once: paths relative to the working directory, and URLs.
 *
 * @param outDir absolute; the sweep's own files in it are skipped
 * @throws FalEditError (usage, input): none is named, or one is missing; the signal's reason
 */
export async function sweepPictures(
  words: readonly string[],
  { recursive, outDir }: { recursive: boolean; outDir: string },
  context: Pick<Context, 'cwd' | 'signal'>,
): Promise<FolderPictures> {
  if (words.length === 0 || words.includes('')) {
    throw usageError(
      '<picture> is missing: name the picture to edit.',
      'fal-edit sweep photo.jpg -p "…" --vary strength=0.3..0.9:0.1',
    );
  }
  if (words.includes('-')) {
    throw usageError(
      '- (stdin): a sweep reads its picture many times, but stdin can be read only once. Name a file.',
    );
  }
  const isOwn = await ownFiles(outDir);
  const pictures: string[] = [];
  const found = await findPictures(words, recursive, context);
  for await (const entry of pictureRows(found.pictures, context)) {
    if (entry.kind !== 'row' || isOwn(path.resolve(context.cwd, entry.place.file))) continue;
    pictures.push(entry.place.file);
  }
  if (pictures.length > 0) return { pictures, leftOut: found.leftOut };
  throw inputError('All of these pictures were made by this sweep. Nothing was sent.', {
    hint: 'To edit one of them further, name another --out-dir.',
  });
}
