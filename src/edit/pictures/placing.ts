import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../errors/error.js';
import type { OutputSpec } from '../../ledger/job.js';
import type { Journal } from '../journal.js';
import { hasOwnEnding, numbered, pathOf } from '../plan/output.js';
import { saveWhole } from './save.js';

/** The parts of a running edit that the names of its pictures need. */
export interface Placing {
  output: OutputSpec;
  journal: Journal;
  /** Whether the ledger's choice of paths counts: not where somebody asked for other ones. */
  asPromised: boolean;
}

/**
 * A path for each picture, absolute; undefined for one that is not to become a file. A name that is taken, on
 * the disk or by another job that is about to save, gets a number, unless the user said to overwrite.
 *
 * @param wanted by picture, whether it is to be kept
 */
export function choosePaths(
  { output, journal }: Placing,
  wanted: readonly boolean[],
  isPromised: (file: string) => boolean,
): (string | undefined)[] {
  const chosen = new Set<string>();
  return wanted.map((isWanted, index) => {
    if (output.kind === 'stream' || !isWanted) return undefined;
    const first = pathOf(output, index, journal.requestName);
    const free = output.force ? first : freeName(first, (file) => chosen.has(file) || isPromised(file));
    chosen.add(free);
    return free;
  });
}

/** Names one picture of one job, in the names of temporary files. */
export function tagOf(jobId: string, index: number): string {
  return `${jobId}-${index}`;
}

function freeName(first: string, isTaken: (file: string) => boolean): string {
  for (let number = 1; ; number++) {
    const candidate = numbered(first, number);
    if (!isTaken(candidate) && !isThere(candidate)) return candidate;
  }
}

/**
 * The path for a picture whose format is known by now. Where the ending was ours to choose, it is that of the format
 * which came, under a name that is free; a name that the user ended stays.
 *
 * @param chosen absolute path that was chosen before the picture came
 * @param ext the usual ending of its format, without the dot
 */
export function withTrueEnding(
  { journal, output, asPromised }: Placing,
  index: number,
  chosen: string,
  ext: string,
): string {
  if (hasOwnEnding(output) || path.extname(chosen) === `.${ext}`) return chosen;
  // Also with --force: this name is not the one that was to be overwritten.
  const free = freeName(pathOf(output, index, journal.requestName, ext), () => false);
  return asPromised ? journal.retarget(index, chosen, free) : free;
}

/**
 * Gives a picture the name that was chosen for it. Where the name was taken in the meantime by this very picture,
 * another command was quicker, and all is well; where it was taken by something else, the next free one is chosen.
 *
 * @returns the absolute path that it has
 * @throws the system's error
 */
export async function putPicture(
  { journal, output, asPromised }: Placing,
  index: number,
  chosen: string,
  bytes: Uint8Array,
): Promise<string> {
  const options = { force: output.force, tag: tagOf(journal.jobId, index) };
  let swept = 0;
  for (let target = chosen; ;) {
    // Not written once more: after the first command has tidied up, nobody would remove what a second one writes.
    if (asPromised && (await holds(target, bytes))) return target;
    try {
      if (await saveWhole(target, bytes, options)) return target;
    } catch (error) {
      // Another command that saved the same picture has tidied up after it.
      if (codeOf(error) !== 'ENOENT' || ++swept > 3) throw error;
      continue;
    }
    if (asPromised && (await holds(target, bytes))) return target;
    const next = freeName(chosen, (file) => file === target);
    target = asPromised ? journal.retarget(index, target, next) : next;
  }
}

/** Also a link that leads nowhere has the name. Where the folder is none, saving will say so. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** A link is not the picture, whatever it leads to. */
async function holds(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    if (!lstatSync(file).isFile()) return false;
    return Buffer.from(bytes).equals(await readFile(file));
  } catch {
    return false;
  }
}
