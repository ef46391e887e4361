import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../../context.js';
import { OUT_DIR_FILES } from '../../folder/out-dir.js';
import { inNaturalOrder, PICTURE_ENDINGS } from './glob.js';

/**
 * Number of files in a folder that are not rows, by type: `bmp`, `raw`, …, `other`. Types without files are absent.
 */
export type LeftOut = Record<string, number>;

/** The pictures of a folder, and a count of its other files. */
export interface FolderPictures {
  /** Absolute paths in natural order. */
  pictures: string[];
  leftOut: LeftOut;
}

/** Picture formats that we cannot read, by file extension. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  ...{ '.bmp': 'bmp', '.svg': 'svg', '.psd': 'psd', '.jxl': 'jxl' },
  ...{ '.jp2': 'jp2', '.ico': 'ico', '.tga': 'tga', '.pdf': 'pdf' },
  ...{
    '.dng': 'raw',
    '.cr2': 'raw',
    '.cr3': 'raw',
    '.nef': 'raw',
    '.arw': 'raw',
    '.raf': 'raw',
    '.orf': 'raw',
  },
};

const OTHER = 'other';

/** Files that mark the out-dir of a batch, comparison or sweep, whose pictures are results. */
const OF_A_BATCH: readonly string[] = [OUT_DIR_FILES.ledger, OUT_DIR_FILES.results];

/**
 * Lists the pictures of a folder, by file extension. Skips hidden files; in subfolders also skips hidden folders,
 * node_modules and batch folders.
 *
 * @param folder absolute; may itself be a batch folder
 * @param recursive include subfolders
 * @throws the system's error if the folder itself cannot be read; the signal's reason
 */
export async function picturesIn(
  folder: string,
  recursive: boolean,
  { signal }: Pick<Context, 'signal'>,
): Promise<FolderPictures> {
  const names: string[] = [];
  const leftOut: LeftOut = {};
  /** Real paths, since a link may lead back to a folder above it. */
  const seen = new Set<string>();

  async function walk(relative: string): Promise<void> {
    signal.throwIfAborted();
    const here = path.join(folder, relative);
    const real = await realpath(here).catch(() => here);
    if (seen.has(real)) return;
    seen.add(real);
    const entries = await entriesOf(here, relative === '');
    if (relative !== '' && entries.some(({ name }) => OF_A_BATCH.includes(name))) return;
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const name = path.join(relative, entry.name);
      const kind = await kindOf(entry, path.join(folder, name));
      if (kind === 'folder' && recursive && entry.name !== 'node_modules') await walk(name);
      if (kind !== 'file') continue;
      const ending = path.extname(entry.name).toLowerCase();
      if (PICTURE_ENDINGS.includes(ending)) {
        names.push(name);
      } else {
        const what = OTHER_KINDS[ending] ?? OTHER;
        leftOut[what] = (leftOut[what] ?? 0) + 1;
      }
    }
  }

  await walk('');
  return { pictures: inNaturalOrder(names).map((name) => path.join(folder, name)), leftOut };
}

/** Entries of a folder. An unreadable subfolder counts as empty. */
async function entriesOf(folder: string, isNamed: boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isNamed) throw error;
    return [];
  }
}

/** Follows links. */
async function kindOf(entry: Dirent, file: string): Promise<'file' | 'folder' | undefined> {
  const found = entry.isSymbolicLink() ? await stat(file).catch(() => undefined) : entry;
  return found?.isFile() === true ? 'file' : found?.isDirectory() === true ? 'folder' : undefined;
}

/** Adds up the files left out of several folders. */
export function leftOutOfAll(folders: readonly LeftOut[]): LeftOut {
  const sum: LeftOut = {};
  for (const [kind, count] of folders.flatMap(Object.entries) as [string, number][]) {
    sum[kind] = (sum[kind] ?? 0) + count;
  }
  return sum;
}

/** `left out 12 files: 2 BMP, 1 RAW, 9 other`; undefined if there are none. */
export function leftOutText(leftOut: LeftOut): string | undefined {
  const { [OTHER]: other = 0, ...kinds } = leftOut;
  const counts = Object.entries(kinds).sort(([, one], [, two]) => two - one);
  const total = counts.reduce((sum, [, count]) => sum + count, other);
  if (total === 0) return undefined;
  const parts = counts.map(([kind, count]) => `${count} ${kind.toUpperCase()}`);
  if (other > 0) parts.push(`${other} other`);
  return `left out ${total === 1 ? '1 file' : `${total} files`}: ${parts.join(', ')}`;
}
