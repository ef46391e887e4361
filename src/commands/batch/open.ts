import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { refuseLinks } from '../../batch/folder/out-dir.js';
import { namingRebuild, openForRebuild } from '../../batch/folder/damaged-ledger.js';
import { lockOutDir, type Lock } from '../../batch/folder/lock.js';
import { OUT_DIR_FILES } from '../../batch/folder/out-dir.js';
import {
  compareRecords,
  isRebuildCut,
  lostEditsError,
  lostRunError,
  rebuildCutError,
  refuseForgotten,
  refuseLoneWal,
  type Records,
} from '../../batch/folder/records.js';
import type { RowSource } from '../../batch/manifest/open.js';
import type { Context } from '../../context.js';
import { codeOf, FalEditError, usageError } from '../../errors/error.js';
import { reopenMissing } from '../../batch/folder/missing.js';
import { cleanLedger } from '../../ledger/batch/cleaning.js';
import { readWorld, writeNote, type World } from '../../ledger/batch/notes.js';
import { hasWal, lostRun, type OpenRun } from '../../ledger/batch/run-mark.js';
import { LEDGER_FILE } from '../../ledger/database.js';
import { Ledger } from '../../ledger/ledger.js';
import { abandonedJobs, schemasOf } from '../../ledger/lookup.js';
import { endWithSandbox } from '../../ledger/sandbox-jobs.js';
import { isSandbox, SANDBOX } from '../../ledger/spending.js';
import { shortPath } from '../edit/document.js';

/** An open and locked batch folder. */
export interface OpenOutDir {
  /** Absolute. */
  folder: string;
  ledger: Ledger;
  records: Records & {
    /** A run whose last writes are missing from the ledger; undefined if none are missing. */
    lostRun: OpenRun | undefined;
  };
  /** Call when its rows are valid: it then becomes a batch folder, of fal or of the sandbox. */
  claim: () => void;
  /** Leaves an unclaimed folder as it was found. */
  close: () => Promise<void>;
}

/** Default name of a batch folder. Runs on the sandbox use folders of their own. */
export function outDirName(name: string, sandbox: boolean): string {
  return sandbox ? `${name}.sandbox.out` : `${name}.out`;
}

/** Default batch folder: in the working directory, named after the manifest. */
export function defaultOutDir(source: RowSource | undefined, cwd: string, sandbox: boolean): string {
  if (source === undefined) {
    throw usageError('--collect needs --out-dir: name the folder of the batch that was sent.');
  }
  const isFile = source.isManifest && source.name !== 'stdin';
  return path.resolve(cwd, outDirName(isFile ? path.parse(source.name).name : 'fal-edit', sandbox));
}

/** How an out-dir is opened. */
export interface OutDirUse {
  /** Leave nothing behind: a new folder is opened in a temporary place instead. */
  readOnly: boolean;
  mustExist: boolean;
  /** Pictures must be fal's; pictures of the sandbox fail as an unmet expectation. */
  frozen?: boolean;
  /** Rebuild the ledger; a damaged one is kept under another name. */
  rebuild?: boolean;
  /**
   * Open it even if other files have edits that are missing from the ledger: to rebuild it, or to pay for them again.
   */
  lost?: boolean;
}

/**
 * Opens and locks a batch folder, and creates it if needed.
 *
 * @param via the run's way to fal; undefined if the folder may be fal's or the sandbox's
 * @throws FalEditError (usage, input, locked, expectation); (usage) if the ledger lacks edits that were paid for
 */
export async function openOutDir(
  wanted: string,
  via: string | undefined,
  context: Context,
  { readOnly, mustExist, frozen = false, rebuild = false, lost = rebuild }: OutDirUse,
): Promise<OpenOutDir> {
  const holds = (name: string): boolean => existsSync(path.join(wanted, name));
  const holdsBatch = (): boolean => holds(LEDGER_FILE);
  const isThere = await isFolder(wanted);
  if (isThere) refuseLoneWal(wanted);
  const isBatch = isThere && holdsBatch();
  if (!isBatch && mustExist && !holds(OUT_DIR_FILES.results)) {
    throw usageError(`${wanted} is not a batch folder.`);
  }
  const away = readOnly && !isBatch ? await mkdtemp(path.join(tmpdir(), 'fal-edit-look-')) : undefined;
  const folder = away ?? wanted;
  const made = away === undefined ? await makeFolder(folder) : undefined;
  if (away === undefined) await refuseLinks(folder);
  let lock: Lock | undefined;
  let ledger: Ledger | undefined;
  /** It was not a batch folder before, and this run has not claimed it yet. */
  let isFresh = false;
  const close = async (): Promise<void> => {
    ledger?.close();
    // Before the lock is released, so that no other run can take the folder.
    if (isFresh) await leaveAsFound(folder);
    lock?.release();
    if (isFresh) await removeEmpty(folder, made);
    if (away !== undefined) await rm(away, { recursive: true, force: true });
  };
  try {
    lock = lockOutDir(folder, { readOnly });
    isFresh = !readOnly && !holdsBatch();
    const hadWal = hasWal(path.join(folder, LEDGER_FILE));
    const opened = rebuild
      ? await openForRebuild(folder, contextOf(context))
      : { ledger: await Ledger.open(folder, contextOf(context), readOnly ? 'looked-at' : 'portable') };
    ledger = opened.ledger;
    const { db } = ledger;
    const schemas = schemasOf(ledger);
    if (schemas.length > 0) {
      const { loadJobModels } = await import('../../edit/models/job-models.js');
      await loadJobModels(schemas, context);
    }
    if (!readOnly) cleanLedger(db);
    const world: World | undefined = via === undefined ? undefined : isSandbox(via) ? 'sandbox' : 'fal';
    if (world !== undefined) refuseOtherWorld(readWorld(db), world, wanted, frozen);
    const claim = (): void => {
      isFresh = false;
      if (world !== undefined && !readOnly) writeNote(db, 'world', world);
    };
    const since = 'since' in opened ? opened.since : undefined;
    const lostBefore = since === undefined ? lostRun(db, hadWal) : { since, retry: 'temporary' };
    const records = { ...(await compareRecords(wanted, ledger)), lostRun: lostBefore };
    const folderName = shortPath(wanted, context.cwd);
    if (!lost) {
      if (records.lost.length > 0) throw lostEditsError(records.lost, folderName);
      if (records.lostRun !== undefined) throw lostRunError(folderName);
      refuseForgotten(wanted, ledger, folderName);
      if (isRebuildCut(ledger)) throw rebuildCutError(folderName);
    }
    return { folder: away === undefined ? folder : wanted, ledger, records, claim, close };
  } catch (error) {
    await close();
    throw namingRebuild(error, shortPath(wanted, context.cwd));
  }
}

/** Removes the files that opening it created. */
async function leaveAsFound(folder: string): Promise<void> {
  const files = ['', '-wal', '-shm', '-journal'].map((end) => `${OUT_DIR_FILES.ledger}${end}`);
  for (const file of [...files, OUT_DIR_FILES.lock]) await rm(path.join(folder, file), { force: true });
}

/** @param first the topmost folder that was made; undefined if all of them existed */
async function removeEmpty(folder: string, first: string | undefined): Promise<void> {
  if (first === undefined) return;
  for (let at = folder; at.startsWith(first); at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      // Another program has put something there.
      return;
    }
  }
}

/**
 * Context under the lock of the folder: no other process works here, so a process of another machine in its ledger
 * belongs to a copy of the folder.
 */
export function contextOf(context: Context): Context {
  return {
    ...context,
    isRunning: (process) => process.host === context.self.host && context.isRunning(process),
  };
}

/**
 * Updates the rows to reality: deleted pictures are fetched again, and edits of the built-in sandbox are dropped,
 * since it ended with its run. A standalone sandbox still has its edits.
 */
export function settleWorld(ledger: Ledger): void {
  reopenMissing(ledger);
  for (const job of abandonedJobs(ledger, ['intent', 'accepted', 'completed', 'unknown'])) {
    if (job.via === SANDBOX) endWithSandbox(ledger, job);
  }
}

/**
 * Refuses to mix pictures of the sandbox with pictures of fal.
 *
 * @param known undefined for a folder without rows
 */
function refuseOtherWorld(known: World | undefined, world: World, folder: string, frozen: boolean): void {
  if (known === undefined || known === world) return;
  if (known === 'fal') {
    throw usageError(
      `${folder} was made with fal; the sandbox would add its own pictures.`,
      'Name another --out-dir.',
    );
  }
  const message = `${folder} was made with the sandbox; its pictures are not fal's.`;
  if (frozen) {
    throw new FalEditError('expectation', `--frozen: ${message} Nothing was sent.`, {
      hint: 'Run the batch with fal and another --out-dir, and commit its files.',
    });
  }
  throw usageError(message, 'Name another --out-dir, or run with --sandbox.');
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    if ((await stat(folder)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw usageError(`--out-dir: ${folder} cannot be used (${codeOf(error) ?? 'unknown reason'}).`);
  }
  throw usageError(`--out-dir: ${folder} is a file. Name a folder.`);
}

/** @returns the topmost folder that had to be made; undefined if it existed */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true });
  } catch (error) {
    throw usageError(`--out-dir: ${folder} cannot be created (${codeOf(error) ?? 'unknown reason'}).`);
  }
}
