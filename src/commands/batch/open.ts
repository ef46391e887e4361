import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { refuseLinks } from '../../batch/out-dir.js';
import { namingRebuild, openForRebuild } from '../../batch/damaged-ledger.js';
import { lockOutDir, type Lock } from '../../batch/lock.js';
import { OUT_DIR_FILES } from '../../batch/out-dir.js';
import {
  compareRecords,
  isRebuildCut,
  lostEditsError,
  lostRunError,
  rebuildCutError,
  refuseForgotten,
  refuseLoneWal,
  type Records,
} from '../../batch/records.js';
import type { RowSource } from '../../batch/manifest/open.js';
import type { Context } from '../../context.js';
import { codeOf, FalEditError, usageError } from '../../errors.js';
import { reopenMissing } from '../../batch/missing.js';
import { cleanLedger } from '../../ledger/batch/cleaning.js';
import { readWorld, writeNote, type World } from '../../ledger/batch/notes.js';
import { hasWal, lostRun, type OpenRun } from '../../ledger/batch/run-mark.js';
import { LEDGER_FILE } from '../../ledger/database.js';
import { Ledger } from '../../ledger/ledger.js';
import { abandonedJobs } from '../../ledger/lookup.js';
import { endWithSandbox } from '../../ledger/sandbox-jobs.js';
import { isSandbox, SANDBOX } from '../../ledger/spending.js';
import { shortPath } from '../edit/document.js';

/** An out-dir that is this run's alone. */
export interface OpenOutDir {
  /** Absolute. */
  folder: string;
  ledger: Ledger;
  records: Records & {
    /** The run whose last writes the ledger has lost; undefined where it has lost none. */
    lostRun: OpenRun | undefined;
  };
  /** Its rows are valid: from here on it is a batch folder, of fal or of the sandbox. */
  claim: () => void;
  /** A folder that was not claimed is left as it was found. */
  close: () => Promise<void>;
}

/** The default name of a batch folder: the sandbox has folders of its own. */
export function outDirName(name: string, sandbox: boolean): string {
  return sandbox ? `${name}.sandbox.out` : `${name}.out`;
}

/** Where a batch goes that names no out-dir: beside the user, called by its manifest. */
export function defaultOutDir(source: RowSource | undefined, cwd: string, sandbox: boolean): string {
  if (source === undefined) {
    throw usageError('--collect: --out-dir is missing. Name the folder of the batch that was sent.');
  }
  const isFile = source.isManifest && source.name !== 'stdin';
  return path.resolve(cwd, outDirName(isFile ? path.parse(source.name).name : 'fal-edit', sandbox));
}

/** How an out-dir is opened. */
export interface OutDirUse {
  /** Nothing is to be left behind: what is no out-dir yet is played elsewhere. */
  look: boolean;
  mustExist: boolean;
  /** The pictures are checked to be fal's: those of the sandbox are an expectation that is not met. */
  frozen?: boolean;
  /** The ledger is made anew: a damaged one is kept under another name. */
  rebuild?: boolean;
  /** Open it also where other files know of edits that the ledger has lost: to rebuild it, or to pay for them again. */
  lost?: boolean;
}

/**
 * Opens an out-dir, made if need be, and locks it.
 *
 * @param via the way to fal of the run; undefined where the folder may be of fal or of the sandbox
 * @throws FalEditError (usage, input, locked, expectation); (usage) where the ledger does not know all that was paid for
 */
export async function openOutDir(
  wanted: string,
  via: string | undefined,
  context: Context,
  { look, mustExist, frozen = false, rebuild = false, lost = rebuild }: OutDirUse,
): Promise<OpenOutDir> {
  const holds = (name: string): boolean => existsSync(path.join(wanted, name));
  const holdsBatch = (): boolean => holds(LEDGER_FILE);
  const isThere = await isFolder(wanted);
  if (isThere) refuseLoneWal(wanted);
  const isBatch = isThere && holdsBatch();
  if (!isBatch && mustExist && !holds(OUT_DIR_FILES.results)) {
    throw usageError(`${wanted} is no out-dir of a batch.`);
  }
  const away = look && !isBatch ? await mkdtemp(path.join(tmpdir(), 'fal-edit-look-')) : undefined;
  const folder = away ?? wanted;
  const made = away === undefined ? await makeFolder(folder) : undefined;
  if (away === undefined) await refuseLinks(folder);
  let lock: Lock | undefined;
  let ledger: Ledger | undefined;
  /** Nobody else has made it a batch folder, and this run has not claimed it yet. */
  let isFresh = false;
  const close = async (): Promise<void> => {
    ledger?.close();
    // While nobody else can take it.
    if (isFresh) await leaveAsFound(folder);
    lock?.release();
    if (isFresh) await removeEmpty(folder, made);
    if (away !== undefined) await rm(away, { recursive: true, force: true });
  };
  try {
    lock = lockOutDir(folder, { look });
    isFresh = !look && !holdsBatch();
    const hadWal = hasWal(path.join(folder, LEDGER_FILE));
    const opened = rebuild
      ? await openForRebuild(folder, contextOf(context))
      : { ledger: await Ledger.open(folder, contextOf(context), look ? 'looked-at' : 'portable') };
    ledger = opened.ledger;
    const { db } = ledger;
    if (!look) cleanLedger(db);
    const world: World | undefined = via === undefined ? undefined : isSandbox(via) ? 'sandbox' : 'fal';
    if (world !== undefined) refuseOtherWorld(readWorld(db), world, wanted, frozen);
    const claim = (): void => {
      isFresh = false;
      if (world !== undefined && !look) writeNote(db, 'world', world);
    };
    const since = 'since' in opened ? opened.since : undefined;
    const lostBefore = since === undefined ? lostRun(db, hadWal) : { since, retry: 'temporary' };
    const records = { ...(await compareRecords(wanted, ledger)), lostRun: lostBefore };
    const shown = shortPath(wanted, context.cwd);
    if (!lost) {
      if (records.lost.length > 0) throw lostEditsError(records.lost, shown);
      if (records.lostRun !== undefined) throw lostRunError(shown);
      refuseForgotten(wanted, ledger, shown);
      if (isRebuildCut(ledger)) throw rebuildCutError(shown);
    }
    return { folder: away === undefined ? folder : wanted, ledger, records, claim, close };
  } catch (error) {
    await close();
    throw namingRebuild(error, shortPath(wanted, context.cwd));
  }
}

/** Takes away what opening it has made. */
async function leaveAsFound(folder: string): Promise<void> {
  const files = ['', '-wal', '-shm', '-journal'].map((end) => `${OUT_DIR_FILES.ledger}${end}`);
  for (const file of [...files, OUT_DIR_FILES.lock]) await rm(path.join(folder, file), { force: true });
}

/** @param first the topmost folder that was made; undefined where all of them were there */
async function removeEmpty(folder: string, first: string | undefined): Promise<void> {
  if (first === undefined) return;
  for (let at = folder; at.startsWith(first); at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      // Somebody has put something there.
      return;
    }
  }
}

/** Nobody else is at work here: a process of another machine that left its name did so in a copy of the folder. */
export function contextOf(context: Context): Context {
  return {
    ...context,
    isRunning: (process) => process.host === context.self.host && context.isRunning(process),
  };
}

/**
 * Brings the rows to where the world is: pictures that are gone are waited for again, and what the built-in sandbox
 * had is forgotten, since it ended with its run. One that runs on its own still has it.
 */
export function settleWorld(ledger: Ledger): void {
  reopenMissing(ledger);
  for (const job of abandonedJobs(ledger, ['intent', 'accepted', 'completed', 'unknown'])) {
    if (job.via === SANDBOX) endWithSandbox(ledger, job);
  }
}

/**
 * The pictures of the sandbox must not stand for real ones, nor the other way round.
 *
 * @param known undefined for a folder without rows
 */
function refuseOtherWorld(known: World | undefined, world: World, folder: string, frozen: boolean): void {
  if (known === undefined || known === world) return;
  if (known === 'fal') {
    throw usageError(
      `${folder} was made with fal; the sandbox would mix its pictures into it.`,
      'Name another --out-dir.',
    );
  }
  const message = `${folder} was made with the sandbox; its pictures are not fal's.`;
  if (frozen) {
    throw new FalEditError('expectation', `--frozen: ${message} Nothing was sent.`, {
      hint: 'Run the batch with fal and another --out-dir, and check in what it makes.',
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

/** @returns the topmost folder that had to be made; undefined where it was there */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true });
  } catch (error) {
    throw usageError(`--out-dir: ${folder} cannot be made (${codeOf(error) ?? 'unknown reason'}).`);
  }
}
