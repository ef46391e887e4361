import { rowsText } from '../../batch/run/ending.js';
import { askAboutFailed } from '../../batch/run/failed-rows.js';
import { BY_BATCH } from '../../batch/next-steps.js';
import { settleUnknown } from '../../batch/run/unknown.js';
import type { EditEnv } from '../../edit/env.js';
import { isSandbox } from '../../ledger/spending.js';
import type { Terminal } from '../../terminal/terminal.js';
import { fetchJobs } from '../fetch-jobs.js';
import type { BatchOptions } from './options.js';

/**
 * Asks fal about rows that may have been sent, reports the answer, and fetches the results of rows that fal accepted twice.
 *
 * @returns number of rows that are settled now
 */
export async function checkUnknown(
  env: EditEnv,
  { settleMs, timeoutMs }: BatchOptions,
  terminal: Terminal,
): Promise<number> {
  const { found, notTaken, unknown, duplicates, why } = await settleUnknown(env, { settleMs, timeoutMs });
  if (found > 0)
    terminal.note(
      `fal had accepted ${rowsText(found)} that may have been sent; waiting for ${found === 1 ? 'it' : 'them'}.`,
    );
  if (notTaken > 0) terminal.note(`fal never got ${rowsText(notTaken)} that may have been sent.`);
  if (unknown > 0) {
    const because = why === undefined ? '' : ` ${why}`;
    terminal.note(`${rowsText(unknown)} may still have been sent.${because}`);
  }
  if (duplicates.length > 0) {
    terminal.warn(
      `fal accepted ${rowsText(duplicates.length)} twice${isSandbox(env.route.via) ? '' : ' and charges both'}; the second pictures are fetched too.`,
    );
    await fetchJobs(duplicates, env, { terminal, timeoutMs, nextSteps: BY_BATCH });
  }
  return found + notTaken;
}

/**
 * Asks fal about failed rows that may have been charged, and reports the answer.
 *
 * @returns keys of the rows that fal could not be asked about
 */
export async function checkFailed(
  env: EditEnv,
  { timeoutMs, retry }: BatchOptions,
  terminal: Terminal,
): Promise<ReadonlySet<string>> {
  const { found, gone, held, why } = await askAboutFailed(env, timeoutMs);
  const bill = isSandbox(env.route.via) ? '' : ' and may have been charged';
  if (found > 0)
    terminal.note(
      `fal has ${rowsText(found)} that failed before; waiting for ${found === 1 ? 'it' : 'them'}.`,
    );
  if (gone > 0) {
    const which = `fal no longer knows ${rowsText(gone)} that failed${bill}.`;
    terminal.note(
      retry === 'all' ? which : `${which} Not sent again. To pay for another attempt: --retry all`,
    );
  }
  if (held.size > 0) {
    const because = why === undefined ? '' : ` ${why}`;
    terminal.warn(
      `${rowsText(held.size)} failed${bill}, but fal could not be asked.${because} Not sent again.`,
    );
  }
  return held;
}
