import { FalEditError, usageError } from '../errors.js';
import type { ConfigFile } from './config-file.js';
import type { VariableLayer } from './environment.js';

/**
 * The key for fal, from the strongest place that has one: FAL_KEY, or FAL_KEY_ID with FAL_KEY_SECRET, in the
 * environment, then `.env`, then `"key"` in a config file. Trimmed; undefined when there is none.
 *
 * @throws FalEditError (auth) when it holds something that cannot go into a header. The key is never quoted.
 */
export function findKey(layers: readonly VariableLayer[], files: readonly ConfigFile[]): string | undefined {
  for (const { origin, variables } of layers) {
    const whole = variables['FAL_KEY']?.trim() ?? '';
    if (whole !== '') return checkKey(whole, origin === '.env' ? 'FAL_KEY in .env' : 'FAL_KEY');
    const id = variables['FAL_KEY_ID']?.trim() ?? '';
    const secret = variables['FAL_KEY_SECRET']?.trim() ?? '';
    if (id !== '' && secret !== '') return checkKey(`${id}:${secret}`, 'FAL_KEY_ID and FAL_KEY_SECRET');
  }
  for (const { file, values } of files) {
    const { key } = values;
    if (key !== undefined && typeof key !== 'string') {
      throw usageError(`"key" in ${file}: must be text, the key between quotation marks.`);
    }
    if (key !== undefined && key.trim() !== '') return checkKey(key.trim(), `"key" in ${file}`);
  }
  return undefined;
}

function checkKey(key: string, origin: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new FalEditError('auth', `${origin}: holds a blank or a character that no key of fal has.`, {
    hint: 'Copy the key again from https://fal.ai/dashboard/keys; nothing was sent.',
  });
}

/** No key was found, and neither a proxy nor the sandbox makes one unnecessary. */
export function missingKeyError(): FalEditError {
  return new FalEditError('auth', 'There is no key for fal: FAL_KEY is not set.', {
    hint:
      'Set FAL_KEY, or FAL_KEY_ID and FAL_KEY_SECRET together, in the environment or in .env ' +
      '(https://fal.ai/dashboard/keys). Or try it with --sandbox, which needs none.',
  });
}
