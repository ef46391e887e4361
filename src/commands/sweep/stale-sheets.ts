import { rm } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, messageOf } from '../../errors.js';
import type { Terminal } from '../../terminal/terminal.js';

/**
 * Removes the contact sheets that this run of a sweep has no more: among those of now, they would be taken for what
 * they are not. One that cannot be removed is told.
 *
 * @param known names of all that the sweep has made in the out-dir, those of now among them
 * @param current names of those of now
 * @param folder absolute
 * @returns names of those that are left
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
      terminal.warn(`${name} of an earlier run could not be removed: ${codeOf(error) ?? messageOf(error)}.`);
      left.push(name);
    }
  }
  return left;
}
