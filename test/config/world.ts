import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ALL_FLAGS } from '../../src/commands/all.js';
import { BATCH_EXCLUSIVE } from '../../src/commands/flags/editing.js';
import { resolveSettings, type FlagValue, type Settings } from '../../src/config/settings.js';
import { trustName, writeTrusted } from '../../src/config/trust-store.js';
import { sha256Of } from '../../src/sha256.js';
import { tempDir } from '../support/temp-dir.js';

/** Where settings can be, and what is there. */
export interface World {
  given?: Record<string, FlagValue>;
  env?: Record<string, string>;
  dotenv?: string | Uint8Array;
  project?: Record<string, unknown>;
  user?: Record<string, unknown>;
  /** Whether the user trusts what the project's files say, in this run. */
  trusted?: boolean;
  /** Files that the user has trusted when they held this. */
  store?: { dotenv?: string; project?: Record<string, unknown> };
  /** Flags that the command reads; all unless given. */
  own?: readonly string[];
}

/**
 * Settings from these places. The working directory lies two folders below the project's config file, in a project
 * that stands beside the user's home.
 */
export async function settingsIn(world: World, root?: string): Promise<Settings<string>> {
  const { given = {}, env = {}, dotenv, project, user, trusted, store, own } = world;
  const base = root ?? (await tempDir());
  const cwd = path.join(base, 'project', 'photos', 'may');
  const config = path.join(base, 'home', 'fal-edit');
  await mkdir(cwd, { recursive: true });
  await mkdir(config, { recursive: true });
  const dotenvFile = path.join(cwd, '.env');
  const projectFile = path.join(base, 'project', 'fal-edit.config.json');
  if (dotenv !== undefined) await writeFile(dotenvFile, dotenv);
  if (project !== undefined) await writeFile(projectFile, JSON.stringify(project));
  if (user !== undefined) await writeFile(path.join(config, 'config.json'), JSON.stringify(user));
  const folders = { config, cache: base, state: base };
  if (store !== undefined) {
    const known = new Map<string, string>();
    if (store.dotenv !== undefined) known.set(trustName(dotenvFile), sha256Of(store.dotenv));
    if (store.project !== undefined) {
      known.set(trustName(projectFile), sha256Of(JSON.stringify(store.project)));
    }
    await writeTrusted({ folders }, known);
  }
  return resolveSettings(
    { cwd, env, folders, user: process.getuid?.() },
    {
      flags: ALL_FLAGS,
      own: new Set(own ?? ALL_FLAGS.map(({ name }) => name)),
      exclusive: BATCH_EXCLUSIVE,
    },
    { ...given, ...(trusted === true ? { 'trust-project': true } : {}) },
  );
}
