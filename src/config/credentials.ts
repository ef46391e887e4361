import { FalEditError, usageError } from '../errors/error.js';
import type { ConfigFile } from './config-file.js';
import type { VariableLayer } from './environment.js';

/** A key, and the file that it came from; absent for the environment. */
export interface FoundKey {
  key: string;
  file?: string;
}

/**
 * The key for fal from the strongest source that has one: FAL_KEY, or FAL_KEY_ID with FAL_KEY_SECRET, in the
 * environment, then `.env`, then `"key"` in a config file. Surrounding spaces and quotes are removed. Undefined
 * if there is none.
 *
 * @param proxied a proxy is set, which may take another kind of key: it only has to fit into a header
 * @throws FalEditError (auth) if it cannot go into a header, or does not have the form of a key. It is never
 * quoted.
 */
export function findKey(
  layers: readonly VariableLayer[],
  files: readonly ConfigFile[],
  proxied = false,
): FoundKey | undefined {
  const found = (key: string, where: string, file: string | undefined): FoundKey => ({
    key: checkKey(key, where, proxied),
    ...(file === undefined ? {} : { file }),
  });
  for (const { origin, variables, file } of layers) {
    const where = (name: string): string => (origin === '.env' ? `${name} in .env` : name);
    const bare = (name: string): string => bareKey(variables[name] ?? '');
    const whole = bare('FAL_KEY');
    if (whole !== '') return found(whole, where('FAL_KEY'), file?.path);
    const [id, secret] = [bare('FAL_KEY_ID'), bare('FAL_KEY_SECRET')];
    if (id !== '' && secret !== '') {
      return found(`${id}:${secret}`, where('FAL_KEY_ID and FAL_KEY_SECRET'), file?.path);
    }
  }
  for (const { file, values } of files) {
    const { key } = values;
    if (key !== undefined && typeof key !== 'string') {
      throw usageError(`"key" in ${file}: must be text: put the key in quotation marks.`);
    }
    const bare = bareKey(key ?? '');
    if (bare !== '') return found(bare, `"key" in ${file}`, file);
  }
  return undefined;
}

/** Characters that are often copied along with a key: spaces, newlines, quotes of any kind. */
function bareKey(text: string): string {
  return text.replace(/^[\s"'`\u2018-\u201f]+|[\s"'`\u2018-\u201f]+$/g, '');
}

function checkKey(key: string, where: string, proxied: boolean): string {
  const problem = problemOf(key, proxied);
  if (problem === undefined) return key;
  throw new FalEditError('auth', `${where}: ${problem}.`, {
    hint: 'Copy the key again from https://fal.ai/dashboard/keys; nothing was sent.',
  });
}

function problemOf(key: string, proxied: boolean): string | undefined {
  if (!/^[\x21-\x7e]+$/.test(key)) return 'contains a space or a character that no fal key has';
  if (proxied) return undefined;
  if (key.includes('=')) return 'contains "=", which no fal key has: was a whole line pasted?';
  return key.includes(':') ? undefined : 'is not a fal key, which has the form <id>:<secret>';
}

/** No key was found, and neither a proxy nor the sandbox makes one unnecessary. */
export function missingKeyError(): FalEditError {
  return new FalEditError('auth', 'No key for fal: FAL_KEY is not set.', {
    hint:
      'Set FAL_KEY, or FAL_KEY_ID and FAL_KEY_SECRET together, in the environment or in .env ' +
      '(https://fal.ai/dashboard/keys). Or try it with --sandbox, which needs none.',
  });
}
