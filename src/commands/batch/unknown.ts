import { rowsText } from '../../batch/ending.js';
import { settleUnknown, type UnknownOptions } from '../../batch/unknown.js';
import type { Terminal } from '../../terminal/terminal.js';
import { bringJobsHome } from '../bring-home.js';
import type { BatchOptions } from './options.js';

/**
 * Asks fal about rows that may have been sent, tells what came out, and fetches what fal took twice.
 *
 * @returns of how many rows it is known now
 */
export async function lookUpUnknown(
  asked: Omit<UnknownOptions, 'settleMs' | 'timeoutMs'>,
  { settleMs, timeoutMs }: BatchOptions,
  terminal: Terminal,
): Promise<number> {
  const { found, notTaken, unknown, duplicates, why } = await settleUnknown({
    ...asked,
    settleMs,
    timeoutMs,
  });
  if (found > 0) terminal.note(`fal took ${rowsText(found)} of which that was not known: waiting for them.`);
  if (notTaken > 0) terminal.note(`fal did not take ${rowsText(notTaken)} of which that was not known.`);
  if (unknown > 0) {
    const because = why === undefined ? '' : ` ${why}`;
    terminal.note(`Of ${rowsText(unknown)} it is still not known whether fal took them.${because}`);
  }
  if (duplicates.length > 0) {
    terminal.warn(
      `fal took ${rowsText(duplicates.length)} twice, and charges both: the second pictures are fetched as well.`,
    );
    await bringJobsHome(duplicates, { ...asked, terminal, timeoutMs });
  }
  return found + notTaken;
}
