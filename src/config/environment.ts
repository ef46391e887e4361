import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Context } from '../context.js';
import { readSettingsFile, type SettingsFile } from './settings-file.js';

/** Variables from one source, and the source's name in messages. */
export interface VariableLayer {
  origin: 'environment' | '.env';
  variables: Readonly<Record<string, string | undefined>>;
  /** The file that holds them; absent for the environment. */
  file?: SettingsFile;
}

/** Name of the file of variables in the working directory. */
export const DOT_ENV = '.env';

/**
 * The process's environment, and below it the `.env` of the working directory, of which only FAL_* and
 * FAL_EDIT_* count: a file in a stranger's folder must not set PATH or a proxy for all of Node.
 */
export async function readVariables(context: Pick<Context, 'cwd' | 'env'>): Promise<VariableLayer[]> {
  const environment: VariableLayer = { origin: 'environment', variables: context.env };
  const file = await readDotEnv(context.cwd);
  return file === undefined ? [environment] : [environment, { ...fromDotEnv(file), file }];
}

/** The `.env` of a folder. @throws FalEditError (usage): it cannot be read */
export function readDotEnv(folder: string): Promise<SettingsFile | undefined> {
  // A folder called .env is somebody's virtual environment, not settings.
  return readSettingsFile(path.join(folder, DOT_ENV), { name: DOT_ENV, folders: 'ignored' });
}

/** Those variables of a `.env` that count. */
export function fromDotEnv({ text }: Pick<SettingsFile, 'text'>): VariableLayer {
  const all = Object.entries(parseEnv(text));
  return { origin: '.env', variables: Object.fromEntries(all.filter(([name]) => name.startsWith('FAL_'))) };
}
