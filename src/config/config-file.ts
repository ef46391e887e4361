import path from 'node:path';
import { lilconfig } from 'lilconfig';
import type { Context } from '../context.js';
import { codeOf, usageError } from '../errors.js';

/** Long flag names (and `key`) with their values, as a config file holds them. */
export interface ConfigFile {
  /** Absolute path. */
  file: string;
  values: Readonly<Record<string, unknown>>;
}

/** What the project's config file is called, in the working directory or a folder above it. */
export const PROJECT_CONFIG = 'fal-edit.config.json';
/** What the user's is called, in their config folder. */
export const USER_CONFIG = 'config.json';

/** The project's config file and the user's, as far as they exist, the stronger one first. JSON alone: no code runs. */
export async function readConfigFiles(context: Pick<Context, 'cwd' | 'folders'>): Promise<ConfigFile[]> {
  const { config } = context.folders;
  const found = await Promise.all([
    search(context.cwd, PROJECT_CONFIG),
    config === undefined ? undefined : search(config, USER_CONFIG, config),
  ]);
  return found.filter((file) => file !== undefined);
}

async function search(folder: string, name: string, stopDir?: string): Promise<ConfigFile | undefined> {
  const searcher = lilconfig('fal-edit', {
    searchPlaces: [name],
    cache: false,
    ...(stopDir === undefined ? {} : { stopDir: path.dirname(stopDir) }),
    loaders: { '.json': parse },
  });
  const found = await searcher.search(folder).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw usageError(`${name}: cannot be read (${code}).`);
  });
  if (found === null || found.isEmpty === true) return undefined;
  // A user's file is not inherited from a folder above it.
  if (stopDir !== undefined && path.dirname(found.filepath) !== path.resolve(stopDir)) return undefined;
  return { file: found.filepath, values: found.config as Record<string, unknown> };
}

function parse(file: string, text: string): Record<string, unknown> {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and the text may hold the key.
    throw usageError(`${file}: not valid JSON. Allowed: one JSON object, e.g. {"model": "flux-2-lora"}.`);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw usageError(`${file}: must hold one JSON object of flags, e.g. {"model": "flux-2-lora"}.`);
  }
  return config as Record<string, unknown>;
}
