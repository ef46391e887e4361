import { rowsText } from '../../batch/ending.js';
import { askAboutFailed, type FailedOptions } from '../../batch/failed-rows.js';
import { BY_BATCH } from '../../batch/going-on.js';
import { settleUnknown, type UnknownOptions } from '../../batch/unknown.js';
import { isSandbox } from '../../ledger/spending.js';
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
      `fal took ${rowsText(duplicates.length)} twice${isSandbox(asked.via) ? '' : ', and charges both'}: the second pictures are fetched as well.`,
    );
    await bringJobsHome(duplicates, { ...asked, terminal, timeoutMs, goingOn: BY_BATCH });
  }
  return found + notTaken;
}

/**
 * Asks fal about rows that failed and may be paid for all the same, and tells what came out.
 *
 * @returns keys of the rows that it could not be asked about
 */
export async function lookUpFailed(
  asked: Omit<FailedOptions, 'timeoutMs'>,
  { timeoutMs, retry }: BatchOptions,
  terminal: Terminal,
): Promise<ReadonlySet<string>> {
  const { found, gone, held, why } = await askAboutFailed({ ...asked, timeoutMs });
  const bill = isSandbox(asked.via) ? '' : ' and may have been charged';
  if (found > 0) terminal.note(`fal has ${rowsText(found)} that failed before: waiting for them.`);
  if (gone > 0) {
    const which = `fal no longer knows ${rowsText(gone)} that failed${bill}.`;
    terminal.note(retry === 'all' ? which : `${which} Not sent again. To pay for another try: --retry all`);
  }
  if (held.size > 0) {
    const because = why === undefined ? '' : ` ${why}`;
    terminal.warn(
      `${rowsText(held.size)} failed${bill}, and fal could not be asked.${because} Not sent again.`,
    );
  }
  return held;
}
