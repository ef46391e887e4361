import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { OUT_DIR_FILES } from '../../batch/out-dir.js';
import { SWEEP_FILES } from '../../study/sweep/files.js';

const documentOfPictures = z.looseObject({
  cells: z.array(
    z.looseObject({
      result: z.looseObject({ images: z.array(z.looseObject({ path: z.string().nullable() })) }),
    }),
  ),
});

/**
 * Tells what an earlier run of a sweep has made in its out-dir: a folder or a pattern that holds the out-dir means
 * those files as well, and nobody means to pay for edits of contact sheets.
 *
 * @param outDir absolute
 */
export async function ownFiles(outDir: string): Promise<(file: string) => boolean> {
  const pictures = new Set((await listed(outDir)).map((file) => path.resolve(outDir, file)));
  const thumbnails = path.join(outDir, OUT_DIR_FILES.reportFiles) + path.sep;
  return (file) =>
    pictures.has(file) ||
    file.startsWith(thumbnails) ||
    (pictures.size > 0 && path.dirname(file) === outDir && /^sheet(-\d+)?\.png$/.test(path.basename(file)));
}

async function listed(outDir: string): Promise<string[]> {
  try {
    const text = await readFile(path.join(outDir, SWEEP_FILES.document), 'utf8');
    const { cells } = documentOfPictures.parse(JSON.parse(text));
    return cells.flatMap(({ result }) => result.images.flatMap(({ path: file }) => file ?? []));
  } catch {
    return [];
  }
}
