import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Entry } from '../../batch/manifest/entry.js';
import type { RowSource } from '../../batch/manifest/open.js';
import { OUT_DIR_FILES } from '../../batch/out-dir.js';
import { namesOfPictures } from '../../ledger/batch/saved.js';
import type { Ledger } from '../../ledger/ledger.js';

/**
 * The rows of a source without what the batch itself has made. A folder or a pattern that holds the out-dir means its
 * pictures as well: the same command again would pay for edits of edits. What a manifest names is what somebody wrote.
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
  // Reached by way of a link, a file has another name.
  const root = await real(outDir);
  const pictures = new Set(
    namesOfPictures(ledger).map((file) => path.join(root, path.relative(ledger.root ?? outDir, file))),
  );
  const ofReport = path.join(root, OUT_DIR_FILES.reportFiles) + path.sep;
  return (file) => pictures.has(file) || file.startsWith(ofReport);
}

/** Of what is not there, the name as it stands. */
function real(file: string): Promise<string> {
  return realpath(file).catch(() => file);
}
