import { rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, messageOf } from '../../errors/error.js';
import type { Terminal } from '../../terminal/terminal.js';

/**
 * Removes contact sheets of earlier runs that this run does not have, since they would be mistaken for current ones.
 * A failure is only a warning.
 *
 * @param known names of all sheets that the sweep has made, including the current ones
 * @param current names of the current sheets
 * @param folder absolute
 * @returns names of the remaining sheets
 */
export async function withoutStaleSheets(
  known: readonly string[],
  current: readonly string[],
  folder: string,
  terminal: Pick<Terminal, 'warn'>,
): Promise<string[]> {
  const left = [...current];
  for (const name of known.filter((one) => !current.includes(one))) {
    try {
      await rm(path.join(folder, name), { force: true });
    } catch (error) {
      terminal.warn(`Could not remove ${name} of an earlier run: ${codeOf(error) ?? messageOf(error)}.`);
      left.push(name);
    }
  }
  return left;
}
