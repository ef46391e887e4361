import { realpathSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { inputError, usageError } from '../errors/error.js';
import { readSettingsFile, type SettingsFile } from './settings-file.js';

/** In the user's config folder, which no file of a project can name. */
const STORE = 'trust.json';

const storeSchema = z.strictObject({
  version: z.literal(1),
  /** SHA-256 of each file as it was when the user trusted it, by absolute path. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});

/** Files that the user trusts: SHA-256 by absolute path. */
export type Trusted = ReadonlyMap<string, string>;

/** `changed`: the user trusted the file when it held something else. */
export type TrustState = 'trusted' | 'changed' | 'untrusted';

type Folders = Pick<Context, 'folders'>;

/** @throws FalEditError (usage): the store cannot be read */
export async function readTrusted({ folders }: Folders): Promise<Trusted> {
  if (folders.config === undefined) return new Map();
  const file = path.join(folders.config, STORE);
  const found = await readSettingsFile(file);
  if (found === undefined) return new Map();
  const parsed = storeSchema.safeParse(jsonOf(found.text));
  if (parsed.success) return new Map(Object.entries(parsed.data.files));
  throw usageError(
    `${file}: is damaged, so nothing is trusted.`,
    'Delete it, and run fal-edit trust again where you need it.',
  );
}

/** Appears whole or not at all. @throws FalEditError (input): there is no folder for it; the system's error */
export async function writeTrusted({ folders }: Folders, trusted: Trusted): Promise<void> {
  if (folders.config === undefined) {
    throw inputError('There is no folder to remember this in: HOME is not set.', {
      hint: 'Set HOME, or trust the project for one run: --trust-project.',
    });
  }
  await mkdir(folders.config, { recursive: true, mode: 0o700 });
  const file = path.join(folders.config, STORE);
  const temporary = `${file}.part`;
  const files = Object.fromEntries([...trusted].sort(([a], [b]) => (a < b ? -1 : 1)));
  try {
    await writeFile(temporary, `${JSON.stringify({ version: 1, files }, undefined, 2)}\n`, { mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Name of a file in the store: its real path, so that a link to the folder is the same folder. */
export function trustName(file: string): string {
  try {
    return path.join(realpathSync(path.dirname(file)), path.basename(file));
  } catch {
    return path.resolve(file);
  }
}

export function trustStateOf(trusted: Trusted, { path: file, sha256 }: SettingsFile): TrustState {
  const known = trusted.get(trustName(file));
  if (known === undefined) return 'untrusted';
  return known === sha256 ? 'trusted' : 'changed';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
