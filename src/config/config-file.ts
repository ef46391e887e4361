import path from 'node:path';
import type { Context } from '../context.js';
import { usageError } from '../errors/error.js';
import { readSettingsFile, type SettingsFile } from './settings-file.js';

/** Long flag names (and `key`) with their values, as a config file holds them. */
export interface ConfigFile {
  /** Absolute path. */
  file: string;
  values: Readonly<Record<string, unknown>>;
  /** Its owner: the project's file is not trusted by itself. */
  of: 'project' | 'user';
  content: SettingsFile;
}

/** Name of the project's config file, in the working directory or a folder above it. */
export const PROJECT_CONFIG = 'fal-edit.config.json';
/** Name of the user's config file, in their config folder. */
export const USER_CONFIG = 'config.json';

/** The project's config file and the user's, as far as they exist, the stronger one first. Only JSON: no code runs. */
export async function readConfigFiles(
  context: Pick<Context, 'cwd' | 'env' | 'folders'>,
): Promise<ConfigFile[]> {
  const { config } = context.folders;
  const [project, user] = await Promise.all([
    findProjectConfig(context.cwd, context.env),
    config === undefined ? undefined : readSettingsFile(path.join(config, USER_CONFIG)),
  ]);
  return [
    ...(project === undefined ? [] : [parseConfig(project, 'project')]),
    ...(user === undefined || isBlank(user) ? [] : [parseConfig(user, 'user')]),
  ];
}

/**
 * The nearest config file of a project: in a folder or above it, up to the user's home folder, or to the root
 * outside of it.
 *
 * @throws FalEditError (usage): it cannot be read
 */
export async function findProjectConfig(
  folder: string,
  env: Context['env'],
): Promise<SettingsFile | undefined> {
  const home = path.resolve(env['HOME'] ?? env['USERPROFILE'] ?? '/');
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = await readSettingsFile(path.join(at, PROJECT_CONFIG));
    if (found !== undefined && !isBlank(found)) return found;
    if (at === home || at === path.dirname(at)) return undefined;
  }
}

function isBlank({ text }: SettingsFile): boolean {
  return text.trim() === '';
}

/** @throws FalEditError (usage) */
export function parseConfig(content: SettingsFile, of: ConfigFile['of']): ConfigFile {
  const { path: file, text } = content;
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and the text may hold the key.
    throw usageError(`${file}: not valid JSON. It must be one JSON object, e.g. {"model": "flux-2-lora"}.`);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw usageError(`${file}: must contain one JSON object of flags, e.g. {"model": "flux-2-lora"}.`);
  }
  return { file, values: config as Record<string, unknown>, of, content };
}
