import { existsSync } from 'node:fs';
import path from 'node:path';
import { rowsText } from '../../batch/run/ending.js';
import { collectCommand } from '../../batch/next-steps.js';
import { OUT_DIR_FILES } from '../../batch/folder/out-dir.js';
import { resultOf } from '../../batch/run/result.js';
import { writtenSummary } from '../../batch/run/sandbox-cost.js';
import { assumedTexts } from '../../batch/run/unpriced.js';
import type { BatchSummary, ResultRow } from '../../batch/rows/result-row.js';
import { writeSummary } from '../../batch/run/summary.js';
import type { Context } from '../../context.js';
import { billedText, secondsText } from '../../units.js';
import { codeOf, messageOf, type FalEditError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { rowsInOrder } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Terminal } from '../../terminal/terminal.js';
import { errorText } from '../../terminal/error-text.js';
import { errorDocument, shortPath } from '../edit/document.js';
import { lastLine } from './event-lines.js';
import { notePages, pagesStand } from './page-state.js';
import type { BatchOptions } from './options.js';
import { writeJunit } from './write-junit.js';

export interface Finished {
  ledger: Ledger;
  /** Absolute. */
  folder: string;
  summary: BatchSummary;
  ending: FalEditError | undefined;
  options: Pick<BatchOptions, 'junit' | 'report' | 'events'>;
  context: Context;
  terminal: Terminal;
  json: boolean;
}

/** Output of one kind of run, in addition to the files that every batch writes. */
export interface Outcome {
  /** Name of the page, for messages. */
  name: string;
  /** Whether each picture's path is printed on stdout when it is saved. */
  listsPictures: boolean;
  /** Writes it. */
  write: (finished: Finished) => Promise<RunOutput | undefined>;
}

/** Part of the output that is printed. */
export interface RunOutput {
  /** Fields for the JSON document. */
  document: Record<string, unknown>;
  /** For stdout without --json. */
  text: string;
}

/** The report of a batch. */
export const BATCH_OUTCOME: Outcome = {
  name: OUT_DIR_FILES.report,
  listsPictures: true,
  write: async ({ ledger, summary, folder, context, options }) => {
    const isMade = pagesStand(ledger) && existsSync(path.join(folder, OUT_DIR_FILES.report));
    if (!options.report || isMade) return undefined;
    const { writeBatchReport } = await import('../../report/batch-report.js');
    await writeBatchReport(ledger, summary, folder, context.cwd);
    notePages(ledger);
    return undefined;
  },
};

/**
 * Writes the files of a batch and prints how it ended. A file that cannot be written is only a warning: the edits are
 * paid for, and the other files are still written.
 */
export async function finishBatch(finished: Finished, outcome = BATCH_OUTCOME): Promise<ExitCode> {
  const { ledger, folder, summary, ending, options, context, terminal, json } = finished;
  const results = function* (): Generator<ResultRow> {
    // An earlier version may have stored secrets that the server repeated, or the ledger was made with another key.
    for (const row of rowsInOrder(ledger)) yield context.secrets.redactIn(resultOf(row, folder));
  };
  await trying('summary.json', terminal, () => writeSummary(folder, summary));
  const { junit } = options;
  if (junit !== undefined) {
    await writeJunit(junit, summary, results(), { outDir: folder, cwd: context.cwd }, terminal);
  }
  const page = context.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (context.env['GITHUB_ACTIONS'] === 'true' && page !== '') {
    await trying('the job summary', terminal, async () => {
      const { appendJobSummary } = await import('../../report/github/append-job-summary.js');
      const { jobSummary, MOST_SUMMARY_ROWS } = await import('../../report/github/job-summary.js');
      const { worstFirst } = await import('../../report/github/worst-first.js');
      const problem = await appendJobSummary(
        page,
        jobSummary(summary, worstFirst(results(), MOST_SUMMARY_ROWS)),
      );
      if (problem !== undefined) terminal.warn(problem);
    });
  }
  let output: RunOutput | undefined;
  await trying(outcome.name, terminal, async () => {
    output = await outcome.write(finished);
  });
  tell(finished);
  if (json) terminal.json({ ...document(summary, folder, ending), ...output?.document });
  else if (output !== undefined && !options.events) terminal.drawn(output.text);
  if (options.events)
    terminal.result(lastLine('finished', document(summary, folder, ending), context.now(), summary.sandbox));
  return ending === undefined ? EXIT_OK : ending.exitCode;
}

async function trying(what: string, terminal: Terminal, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    terminal.warn(`Could not write ${what}: ${codeOf(error) ?? messageOf(error)}.`);
  }
}

function tell({ summary, folder, ending, context, terminal }: Finished): void {
  const { rows, states, cost, run } = summary;
  if (ending !== undefined) {
    terminal.error(errorText(ending, terminal));
    if (summary.sandbox) terminal.note(`${billedText(cost.billed_usd, true)}.`);
  } else if (run.submitted === 0 && states.waiting === 0) {
    terminal.note(
      `${rows === 1 ? 'The row is' : `All ${rows} rows are`} done; nothing to send${summary.sandbox ? ' (sandbox)' : ''}.`,
    );
  } else {
    const waiting = states.waiting > 0 ? `, pending: ${states.waiting}` : '';
    terminal.note(
      `done: ${states.done} of ${rowsText(rows)}${waiting} · ${billedText(cost.billed_usd, summary.sandbox, cost.outstanding_usd)} · ${secondsText(run.total_ms)}`,
    );
  }
  for (const text of assumedTexts(run.assumed_costs, summary.sandbox)) terminal.note(text);
  if (states.waiting > 0) {
    terminal.note(`Fetch what fal has: ${collectCommand(shortPath(folder, context.cwd))}`);
  }
}

function document(
  summary: BatchSummary,
  folder: string,
  ending: FalEditError | undefined,
): Record<string, unknown> {
  return {
    ...writtenSummary(summary),
    ...(ending === undefined ? { status: 'ok' } : errorDocument(ending, summary.sandbox)),
    out_dir: folder,
  };
}
