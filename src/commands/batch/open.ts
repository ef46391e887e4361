import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lockOutDir, type Lock } from '../../batch/lock.js';
import type { RowSource } from '../../batch/manifest/open.js';
import type { Context } from '../../context.js';
import { codeOf, usageError } from '../../errors.js';
import { reopenMissing } from '../../batch/missing.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import { LEDGER_FILE } from '../../ledger/database.js';
import { Ledger } from '../../ledger/ledger.js';
import { abandonedJobs } from '../../ledger/lookup.js';
import { endWithSandbox } from '../../ledger/sandbox-jobs.js';
import { SANDBOX } from '../../ledger/spending.js';

/** An out-dir that is this run's alone. */
export interface OpenOutDir {
  /** Absolute. */
  folder: string;
  ledger: Ledger;
  close: () => Promise<void>;
}

/** Where a batch goes that names no out-dir: beside the user, called by its manifest. */
export function defaultOutDir(source: RowSource | undefined, cwd: string): string {
  if (source === undefined) {
    throw usageError('--collect: --out-dir is missing. Name the folder of the batch that was sent.');
  }
  const isFile = source.isManifest && source.name !== 'stdin';
  return path.resolve(cwd, isFile ? `${path.parse(source.name).name}.out` : 'fal-edit.out');
}

/**
 * Opens an out-dir, made if need be, and locks it.
 *
 * @param look nothing is to be left behind: what is no out-dir yet is played elsewhere
 * @throws FalEditError (usage, input, locked)
 */
export async function openOutDir(
  wanted: string,
  via: string,
  context: Context,
  { look, mustExist }: { look: boolean; mustExist: boolean },
): Promise<OpenOutDir> {
  const isBatch = (await isFolder(wanted)) && existsSync(path.join(wanted, LEDGER_FILE));
  if (!isBatch && mustExist) throw usageError(`${wanted} is no out-dir of a batch.`);
  const away = look && !isBatch ? await mkdtemp(path.join(tmpdir(), 'fal-edit-look-')) : undefined;
  const folder = away ?? wanted;
  if (away === undefined) await makeFolder(folder);
  let lock: Lock | undefined;
  let ledger: Ledger | undefined;
  const close = async (): Promise<void> => {
    ledger?.close();
    lock?.release();
    if (away !== undefined) await rm(away, { recursive: true, force: true });
  };
  try {
    lock = lockOutDir(folder, { look });
    ledger = await Ledger.open(folder, contextOf(context), look ? 'looked-at' : 'portable');
    if (!look) refuseOtherWorld(ledger, via, folder);
    return { folder: away === undefined ? folder : wanted, ledger, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nobody else is at work here: a process of another machine that left its name did so in a copy of the folder. */
function contextOf(context: Context): Context {
  return {
    ...context,
    isRunning: (process) => process.host === context.self.host && context.isRunning(process),
  };
}

/**
 * Brings the rows to where the world is: pictures that are gone are waited for again, and what the built-in sandbox
 * had is forgotten, since it ended with its run.
 */
export function settleWorld(ledger: Ledger, via: string): void {
  reopenMissing(ledger);
  if (via !== SANDBOX) return;
  for (const job of abandonedJobs(ledger, ['intent', 'accepted', 'completed', 'unknown'])) {
    endWithSandbox(ledger, job);
  }
}

/** The pictures of the sandbox must not stand for real ones, nor the other way round. */
function refuseOtherWorld(ledger: Ledger, via: string, folder: string): void {
  const world = via === SANDBOX ? 'sandbox' : 'fal';
  const known = readNote(ledger.db, 'world');
  if (known !== undefined && known !== world) {
    throw usageError(
      known === 'sandbox'
        ? `--out-dir: ${folder} was made with --sandbox: its pictures are not fal's.`
        : `--sandbox: ${folder} was made with fal. The sandbox would mix its pictures into it.`,
      'Name another --out-dir.',
    );
  }
  writeNote(ledger.db, 'world', world);
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

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw usageError(`--out-dir: ${folder} cannot be made (${codeOf(error) ?? 'unknown reason'}).`);
  }
}
