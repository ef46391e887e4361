/*
 * The parts of inputs that are needed to finish results, beside the ledger, by hash: in the state folder, or in the
 * folder of a batch. They are there before the submit is sent, and are removed once no edit needs them.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ProcessId } from '../context.js';
import { codeOf } from '../errors/error.js';
import { hashOf } from '../sha256.js';
import type { FinishSpec } from './job.js';
import type { Ledger } from './ledger.js';

/** Parts of an input, each present if the input has it. */
export interface KeptParts {
  /** Its transparency: a grey PNG, upright. */
  alpha?: Uint8Array | undefined;
  /** Its ICC profile. */
  icc?: Uint8Array | undefined;
  /** Its metadata, as images/metadata keeps it. */
  metadata?: Uint8Array | undefined;
}

const FILES = { alpha: 'alpha.png', icc: 'profile.icc', metadata: 'metadata' } as const;

const parentOf = ({ db }: Ledger) => `${db.file}-inputs`;
const nameOf = (finish: FinishSpec) => hashOf(finish);

/** Where the parts for a specification are kept: equal ones share them. Absolute. */
export function keptFolder(ledger: Ledger, finish: FinishSpec): string {
  return path.join(parentOf(ledger), nameOf(finish));
}

/** Whether the parts are kept. */
export async function hasKept(ledger: Ledger, finish: FinishSpec): Promise<boolean> {
  return stat(keptFolder(ledger, finish)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Keeps the parts of an input, synced and all at once. Does nothing if they are kept already.
 *
 * @throws the system's error
 */
export async function keepParts(ledger: Ledger, finish: FinishSpec, parts: KeptParts): Promise<void> {
  const folder = keptFolder(ledger, finish);
  const temporary = path.join(parentOf(ledger), `.${nameOf(finish)}-${randomUUID()}.part`);
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  try {
    for (const [part, name] of Object.entries(FILES)) {
      const bytes = parts[part as keyof KeptParts];
      if (bytes !== undefined) await writeSynced(path.join(temporary, name), bytes);
    }
    await rename(temporary, folder);
  } catch (error) {
    // Another run was faster: a folder is never renamed over one that is not empty.
    if (!(await hasKept(ledger, finish))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The kept parts; undefined if they are gone. @throws the system's error: one cannot be read */
export async function keptParts(ledger: Ledger, finish: FinishSpec): Promise<KeptParts | undefined> {
  if (!(await hasKept(ledger, finish))) return undefined;
  const folder = keptFolder(ledger, finish);
  const read = (name: string): Promise<Uint8Array | undefined> =>
    readFile(path.join(folder, name)).catch((error: unknown) => {
      // The input had no such part. Anything else must not pass for that.
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
  const [alpha, icc, metadata] = await Promise.all(Object.values(FILES).map(read));
  return { alpha, icc, metadata };
}

/** Path of the kept profile, for sharp, which reads a profile from a file only. */
export function keptProfile(ledger: Ledger, finish: FinishSpec): string {
  return path.join(keptFolder(ledger, finish), FILES.icc);
}

/**
 * Removes the parts that no edit needs any more, those of killed runs among them. A failure only leaves them behind.
 *
 * @param done the job that has just ended
 */
export async function dropParts(ledger: Ledger, done: string): Promise<void> {
  const parent = parentOf(ledger);
  const names = await readdir(parent).catch(() => undefined);
  if (names === undefined) return;
  const needed = neededFolders(ledger, done);
  // A folder that is being written has the name of the final one.
  const left = names.filter((name) => !needed.some((folder) => name.includes(folder)));
  await Promise.all(
    left.map((name) => rm(path.join(parent, name), { recursive: true, force: true }).catch(() => undefined)),
  );
  // Fails, as it should, while another edit keeps something there.
  await rmdir(parent).catch(() => undefined);
}

/** Names of the folders that edits need which have not ended. */
function neededFolders({ db, context }: Ledger, done: string): string[] {
  const sql = `SELECT state, owner, json_extract(delivery, '$.finish') AS finish FROM jobs
    WHERE state IN ('planned', 'intent', 'accepted', 'completed', 'unknown') AND id <> ? AND finish IS NOT NULL`;
  const jobs = db.rows(sql, done) as { state: string; owner: string | null; finish: string }[];
  return jobs.flatMap(({ state, owner, finish }) => {
    // One that was killed before it sent anything is planned forever.
    const isDead =
      state === 'planned' && (owner === null || !context.isRunning(JSON.parse(owner) as ProcessId));
    return isDead ? [] : [nameOf(JSON.parse(finish) as FinishSpec)];
  });
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
