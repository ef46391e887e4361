/*
 * The parts of inputs that are needed to finish results, beside the ledger, by hash: in the state folder, or in the
 * folder of a batch. They are there before the submit is sent, and are removed once no edit needs them.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
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

/** Where the parts for a specification are kept: equal ones share them. Absolute. */
export function keptFolder({ db }: Ledger, finish: FinishSpec): string {
  return path.join(`${db.file}-inputs`, hashOf(finish));
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
  const parent = path.dirname(folder);
  const temporary = path.join(parent, `.${randomUUID()}.part`);
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

/** The kept parts; undefined if they are gone. */
export async function keptParts(ledger: Ledger, finish: FinishSpec): Promise<KeptParts | undefined> {
  if (!(await hasKept(ledger, finish))) return undefined;
  const folder = keptFolder(ledger, finish);
  const read = (name: string): Promise<Uint8Array | undefined> =>
    readFile(path.join(folder, name)).catch(() => undefined);
  const [alpha, icc, metadata] = await Promise.all(Object.values(FILES).map(read));
  return { alpha, icc, metadata };
}

/** Path of the kept profile, for sharp, which reads a profile from a file only. */
export function keptProfile(ledger: Ledger, finish: FinishSpec): string {
  return path.join(keptFolder(ledger, finish), FILES.icc);
}

/** Removes the parts, unless another edit that has not ended needs them. A failure only leaves them behind. */
export async function dropParts(ledger: Ledger, finish: FinishSpec, except: string): Promise<void> {
  const sql = `SELECT 1 FROM jobs WHERE state IN ('planned', 'intent', 'accepted', 'completed', 'unknown')
    AND id <> ? AND json_extract(delivery, '$.finish') = ? LIMIT 1`;
  if (ledger.db.row(sql, except, JSON.stringify(finish)) !== undefined) return;
  const folder = keptFolder(ledger, finish);
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  // Fails, as it should, while another edit keeps something there.
  await rmdir(path.dirname(folder)).catch(() => undefined);
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
