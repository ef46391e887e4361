import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Context } from '../context.js';
import { codeOf, usageError } from '../errors.js';

/** Variables from one place, and what to call that place in a message. */
export interface VariableLayer {
  origin: 'environment' | '.env';
  variables: Readonly<Record<string, string | undefined>>;
}

/**
 * The process's environment, and below it the `.env` of the working directory, of which only FAL_* and
 * FAL_EDIT_* count: a file that a stranger's folder holds is not to set PATH or a proxy for all of Node.
 */
export async function readVariables(context: Pick<Context, 'cwd' | 'env'>): Promise<VariableLayer[]> {
  const file = await readDotEnv(path.join(context.cwd, '.env'));
  const ours = Object.fromEntries(Object.entries(file).filter(([name]) => name.startsWith('FAL_')));
  return [
    { origin: 'environment', variables: context.env },
    { origin: '.env', variables: ours },
  ];
}

async function readDotEnv(file: string): Promise<Record<string, string | undefined>> {
  try {
    return parseEnv(await readFile(file, 'utf8'));
  } catch (error) {
    // A folder called .env is somebody's virtual environment, not settings.
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(codeOf(error) ?? '')) return {};
    throw usageError(`.env: cannot be read (${codeOf(error) ?? 'unknown reason'}).`);
  }
}
