import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Entry } from '../../batch/manifest/entry.js';
import type { RowSource } from '../../batch/manifest/open.js';
import { OUT_DIR_FILES } from '../../batch/folder/out-dir.js';
import { namesOfPictures } from '../../ledger/batch/saved.js';
import type { Ledger } from '../../ledger/ledger.js';

/**
 * Rows of a source without pictures that the batch itself has made. A folder or pattern that contains the batch
 * folder also matches its results, so a second run would pay for edits of edits. Rows of a manifest are kept:
 * somebody wrote them on purpose.
 *
 * @param outDir absolute
 */
export async function* withoutOwnPictures(
  { isManifest, folder, rows }: RowSource,
  ledger: Ledger,
  outDir: string,
): AsyncGenerator<Entry, void, undefined> {
  if (isManifest) {
    yield* rows();
    return;
  }
  const isOwn = await ownPictures(ledger, outDir);
  for await (const entry of rows()) {
    const own = entry.kind === 'row' && isOwn(await real(path.resolve(folder, entry.place.file)));
    if (!own) yield entry;
  }
}

async function ownPictures(ledger: Ledger, outDir: string): Promise<(file: string) => boolean> {
  // A file that is reached through a link has another name.
  const root = await real(outDir);
  const pictures = new Set(
    namesOfPictures(ledger).map((file) => path.join(root, path.relative(ledger.root ?? outDir, file))),
  );
  const ofReport = path.join(root, OUT_DIR_FILES.reportFiles) + path.sep;
  return (file) => pictures.has(file) || file.startsWith(ofReport);
}

/** Real path of a file; a missing file keeps its name. */
function real(file: string): Promise<string> {
  return realpath(file).catch(() => file);
}
