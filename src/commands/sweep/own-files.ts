import path from 'node:path';
import { OUT_DIR_FILES } from '../../batch/out-dir.js';
import { isSheetName } from '../../study/sweep/files.js';
import { earlierRun } from './earlier.js';

/**
 * Tells what an earlier run of a sweep has made in its out-dir: a folder or a pattern that holds the out-dir means
 * those files as well, and nobody means to pay for edits of contact sheets.
 *
 * @param outDir absolute
 */
export async function ownFiles(outDir: string): Promise<(file: string) => boolean> {
  const earlier = await earlierRun(outDir);
  const pictures = new Set(earlier.pictures.map((file) => path.resolve(outDir, file)));
  const thumbnails = path.join(outDir, OUT_DIR_FILES.reportFiles) + path.sep;
  return (file) =>
    pictures.has(file) ||
    file.startsWith(thumbnails) ||
    (pictures.size > 0 && path.dirname(file) === outDir && isSheetName(path.basename(file)));
}
