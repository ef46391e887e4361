import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../../context.js';
import { codeOf, inputFieldError, type FalEditError } from '../../errors/error.js';
import { inQuotes } from '../../images/names.js';
import { decodeText } from '../../text.js';
import { lineValues, type AxisValues } from '../../study/sweep/values.js';

/** Ten thousand prompts of a page each. */
const LARGEST_BYTES = 16 * 1024 * 1024;

/**
 * Reads the values of an axis from a file, one per line.
 *
 * @param where name of the axis in messages
 * @throws FalEditError (usage, input): no such file, a folder, too large, not UTF-8, empty
 */
export async function readValuesFile(
  file: string,
  where: string,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): Promise<AxisValues> {
  const whole = `the file ${inQuotes(file)}`;
  const refused = (why: string): FalEditError =>
    inputFieldError(where, `${whole} ${why}. Nothing was sent.`, {
      hint: 'Put each value on its own line: --vary prompt=@prompts.txt',
    });
  const absolute = path.resolve(cwd, file);
  let bytes: Uint8Array;
  try {
    const { size } = await stat(absolute);
    if (size > LARGEST_BYTES) throw refused('is larger than 16 MB');
    bytes = await readFile(absolute, { signal });
  } catch (error) {
    signal.throwIfAborted();
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw refused(
      code === 'ENOENT' ? 'is missing' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`,
    );
  }
  const decoded = decodeText(bytes);
  if ('text' in decoded) return lineValues(decoded.text, `${where}: ${whole}`);
  throw refused(`${decoded.problem}${decoded.line === undefined ? '' : ` (line ${decoded.line})`}`);
}
