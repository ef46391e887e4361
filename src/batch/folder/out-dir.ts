import { lstat, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { usageError, type FalEditError } from '../../errors/error.js';
import { displayName } from '../../images/names.js';
import { LEDGER_FILE } from '../../ledger/database.js';

/** Names of a batch's own files in the out-dir. */
export const OUT_DIR_FILES = {
  ledger: LEDGER_FILE,
  lock: 'batch.lock',
  /** A manifest read from stdin is not kept; its rows are in the ledger. */
  results: 'results.jsonl',
  summary: 'summary.json',
  report: 'report.html',
  /** Thumbnails of the report. */
  reportFiles: 'report-files',
  /** Measurements of the pictures of a comparison or a sweep. */
  metrics: 'metrics.json',
  ...{ comparison: 'compare.json', comparisonPage: 'compare.html', picks: 'picks.json' },
  ...{ sweep: 'sweep.json', sweepPage: 'sweep.html', sheet: 'sheet.png' },
} as const;

/** The batch's own files, and the companions that SQLite and we create. */
const OWN = new RegExp(`^(${Object.values(OUT_DIR_FILES).join('|').replaceAll('.', '\\.')})(-|$)`);

/** Whether a file is the folder itself or inside it. Both absolute; links are not followed. */
export function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/**
 * Reason why a picture of a row cannot have this path; undefined if it can.
 *
 * @param kept its path relative to the out-dir, from `keptPath`
 */
export function outDirProblem(kept: string): string | undefined {
  if (path.isAbsolute(kept)) return `${kept} is outside the out-dir, where all files of a batch belong`;
  // Many file systems ignore case.
  const [first = ''] = kept.toLowerCase().split('/');
  return OWN.test(first) ? `${kept} is a name that the batch uses for its own files` : undefined;
}

/**
 * Refuses links with the names of the batch's own files: through a malicious link, results.jsonl could overwrite any
 * file. The out-dir itself may be a link, since the user chose it.
 *
 * @param outDir absolute; exists
 * @throws FalEditError (usage)
 */
export async function refuseLinks(outDir: string): Promise<void> {
  const entries = await readdir(outDir, { withFileTypes: true });
  const link = entries.find((entry) => entry.isSymbolicLink() && OWN.test(entry.name.toLowerCase()));
  if (link !== undefined) throw linkError(path.join(outDir, link.name));
}

/**
 * Refuses a path that leaves the out-dir through links.
 *
 * @param file absolute; neither it nor its folder need exist
 * @throws FalEditError (usage)
 */
export async function refuseWayOut(file: string, outDir: string): Promise<void> {
  if (!isBelow(file, outDir))
    throw usageError(`${displayName(file)} is outside the out-dir ${displayName(outDir)}.`);
  const root = await realpath(outDir).catch(() => outDir);
  for (let folder = path.dirname(file); isBelow(folder, outDir); folder = path.dirname(folder)) {
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined && isBelow(real, root)) return;
    if (real !== undefined || (await isLink(folder))) throw linkError(folder);
    if (folder === outDir) return;
  }
}

/**
 * Refuses any other file that is a link, or that leaves the out-dir through links.
 *
 * @param file absolute; need not exist. Files outside the out-dir are not checked
 * @throws FalEditError (usage)
 */
export async function refuseLinkBelow(file: string, outDir: string): Promise<void> {
  if (!isBelow(file, outDir)) return;
  if (await isLink(file)) throw linkError(file);
  await refuseWayOut(file, outDir);
}

async function isLink(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined))?.isSymbolicLink() === true;
}

function linkError(file: string): FalEditError {
  return usageError(
    `--out-dir: ${displayName(file)} is a symbolic link, which may point anywhere. Nothing was written.`,
    'Remove it, or name another --out-dir.',
  );
}
