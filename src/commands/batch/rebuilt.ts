import { rowsText } from '../../batch/run/ending.js';
import { doubtRows, type Rebuilt } from '../../batch/folder/rebuild.js';
import { noteRebuild } from '../../batch/folder/records.js';
import { BATCH_SCHEMA_VERSION } from '../../batch/rows/result-row.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { strayJobs } from '../../ledger/batch/rebuilt.js';
import { closeRun } from '../../ledger/batch/run-mark.js';
import { countStates } from '../../ledger/batch/states.js';
import { harmlessLine } from '../../terminal/plain.js';
import { shortPath } from '../edit/document.js';
import type { OpenOutDir } from './open.js';
import type { Surroundings } from './surroundings.js';

/** How many files a note lists; the JSON document has all of them. */
const MOST_FILES = 10;

/**
 * Ends a run that rebuilt a lost ledger: reports what was found and what is missing. The rows are in the ledger by
 * now.
 */
export function tellRebuilt(
  rebuilt: Rebuilt,
  { ledger, folder }: Pick<OpenOutDir, 'ledger' | 'folder'>,
  via: string,
  { context, terminal, json }: Surroundings,
): ExitCode {
  const { edits, toFetch, gone, changed, unreadable, lostRun } = rebuilt;
  // If there is no edit at all, there was no run that could have sent the others.
  const doubtful = lostRun === undefined ? 0 : doubtRows(ledger, lostRun, { via, folder }, context);
  noteRebuild(ledger, false);
  closeRun(ledger.db);
  const counts = countStates(ledger.db);
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const stray = strayJobs(ledger);
  if (json) {
    terminal.json({
      ...{ schema_version: BATCH_SCHEMA_VERSION, status: 'ok', rebuilt: edits, rows, states: counts },
      ...{ to_fetch: toFetch, unknown_rows: doubtful, not_in_manifest: stray, unreadable_lines: unreadable },
      ...{ gone, changed, out_dir: folder },
    });
    return EXIT_OK;
  }
  const folderName = shortPath(folder, context.cwd);
  terminal.note(
    `Rebuilt ${edits === 1 ? '1 edit' : `${edits} edits`} of ${folderName} from results.jsonl: ${counts.done + counts.unmet} of ${rowsText(rows)} done. Nothing was sent.`,
  );
  const list = (files: readonly string[]): string =>
    `${files
      .slice(0, MOST_FILES)
      .map((file) => harmlessLine(file, 200))
      .join(', ')}${files.length > MOST_FILES ? ', …' : ''}`;
  if (gone.length > 0) {
    terminal.warn(
      `${picturesText(gone.length)} missing: ${list(gone)}. The next run fetches those that fal still has, at no extra cost.`,
    );
  }
  if (changed.length > 0) {
    terminal.warn(
      `${picturesText(changed.length)} changed: ${list(changed)}. The next run saves the original next to ${changed.length === 1 ? 'it' : 'them'}, at no extra cost.`,
    );
  }
  if (unreadable > 0) terminal.warn(`results.jsonl has ${unreadable} unreadable lines.`);
  if (stray > 0) {
    terminal.warn(
      `${stray === 1 ? '1 edit belongs' : `${stray} edits belong`} to no row of this command. Its rows or settings may have changed.`,
    );
  }
  if (doubtful > 0) {
    terminal.warn(
      `${rowsText(doubtful)} may have been sent by the run whose records are lost. The next run asks fal before it sends ${doubtful === 1 ? 'it' : 'them'}.`,
    );
  }
  return EXIT_OK;
}

function picturesText(count: number): string {
  return count === 1 ? '1 picture is' : `${count} pictures are`;
}
