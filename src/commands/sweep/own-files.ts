import path from 'node:path';
import { OUT_DIR_FILES } from '../../batch/folder/out-dir.js';
import { isSheetName } from '../../study/sweep/files.js';
import { earlierRun } from './earlier.js';

/**
 * Recognises files that earlier runs of a sweep made in its batch folder. A folder or pattern that contains the batch
 * folder also matches them, and nobody wants to pay for edits of contact sheets.
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
