import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../errors/error.js';
import type { OutputSpec } from '../../ledger/job.js';
import type { Journal } from '../journal.js';
import { numbered } from '../plan/output.js';
import { resultPath, type Ending } from './naming.js';
import { isIntact, saveWhole } from './save.js';

/** The parts of a running edit that naming its pictures needs. */
export interface Placing {
  output: OutputSpec;
  journal: Journal;
  /** Whether the paths in the ledger apply; false if the user asked for others. */
  asPromised: boolean;
  /** For each picture, the name of its output; undefined for the main one, which all are of if absent. */
  fields?: readonly (string | undefined)[];
}

/**
 * Chooses an absolute path for each picture; undefined for one that does not become a file. A name that is taken, on
 * disk or by another job that is about to save, gets a number, unless the user said to overwrite.
 *
 * @param wanted for each picture, whether it is to be kept. A stream takes only the first one
 */
export function choosePaths(
  { output, journal, fields = [] }: Placing,
  wanted: readonly boolean[],
  isPromised: (file: string) => boolean,
): (string | undefined)[] {
  const chosen = new Set<string>();
  return wanted.map((isWanted, index) => {
    if (isStreamed(output, index) || !isWanted) return undefined;
    const first = resultPath(output, fields, index, journal.requestName);
    const free = output.force ? first : freeName(first, (file) => chosen.has(file) || isPromised(file));
    chosen.add(free);
    return free;
  });
}

/** Whether a picture goes to the stream: the first one does, and a stream cannot take another. */
export function isStreamed({ kind }: Pick<OutputSpec, 'kind'>, index: number): boolean {
  return kind === 'stream' && index === 0;
}

/** Identifies one picture of one job, in the names of temporary files. */
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
 * The path for a picture whose format is now known. If we chose the extension, it becomes that of the actual format,
 * under a free name; a name with the user's own extension stays.
 *
 * @param chosen absolute path that was chosen before the picture arrived
 */
export function withTrueEnding(
  { journal, output, asPromised, fields = [] }: Placing,
  index: number,
  chosen: string,
  ending: Ending,
): string {
  if (path.extname(chosen) === `.${ending.ext}`) return chosen;
  const before = resultPath(output, fields, index, journal.requestName);
  const wanted = resultPath(output, fields, index, journal.requestName, ending);
  if (wanted === before) return chosen;
  // Even with --force: the user did not ask to overwrite this name.
  const free = freeName(wanted, () => false);
  return asPromised ? journal.retarget(index, chosen, free) : free;
}

/**
 * Gives a picture its chosen name. If this very picture already has it, another command was faster, which is fine; if
 * another file has it, the next free name is used.
 *
 * @param announced SHA-256 of the file that an earlier run was about to write: one with it is the edit's own, and is
 * overwritten
 * @returns the picture's absolute path
 * @throws the system's error
 */
export async function putPicture(
  { journal, output, asPromised }: Placing,
  index: number,
  chosen: string,
  bytes: Uint8Array,
  announced?: string,
): Promise<string> {
  const tag = tagOf(journal.jobId, index);
  let swept = 0;
  for (let target = chosen; ;) {
    // Not written again: once the first command has cleaned up, nothing would remove the files of a second one.
    if (asPromised && (await holds(target, bytes))) return target;
    const isOurs =
      asPromised && announced !== undefined && (await isIntact({ path: target, sha256: announced }));
    try {
      if (await saveWhole(target, bytes, { force: output.force || isOurs, tag })) return target;
    } catch (error) {
      // Another command that saved the same picture has cleaned up after it.
      if (codeOf(error) !== 'ENOENT' || ++swept > 3) throw error;
      continue;
    }
    if (asPromised && (await holds(target, bytes))) return target;
    const next = freeName(chosen, (file) => file === target);
    target = asPromised ? journal.retarget(index, target, next) : next;
  }
}

/** Whether the name is taken, even by a dangling link. If the folder is not one, saving will report it. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Whether a file has these bytes. A link does not count, whatever it leads to. */
async function holds(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    if (!lstatSync(file).isFile()) return false;
    return Buffer.from(bytes).equals(await readFile(file));
  } catch {
    return false;
  }
}
