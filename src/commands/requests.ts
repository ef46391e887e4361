import type { FlagValue } from '../config/settings.js';
import type { Context } from '../context.js';
import { EXIT_OK, type ExitCode } from '../exit-codes.js';
import type { Job } from '../ledger/job.js';
import type { Ledger } from '../ledger/ledger.js';
import { listJobs } from '../ledger/lookup.js';
import { tableLines, type Column } from '../terminal/table.js';
import { SCHEMA_VERSION } from './edit/document.js';
import { ageCell, costCell, stateCell, whatCell } from './earlier/job-cells.js';
import { jobDocument } from './earlier/job-document.js';
import { nameOf, shortNameOf, stateOf } from './earlier/job-state.js';
import { withLedger, type LedgerCommand } from './earlier/ledger-command.js';
import { readRequestsOptions, type RequestsOptions } from './requests-options.js';

/** `fal-edit requests`: what the ledger knows, newest first. */
export function requestsCommand(
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<ExitCode> {
  return withLedger(given, context, async (command) => {
    const { ledger, terminal, json } = command;
    const options = readRequestsOptions(command);
    const found = find(ledger, options);
    const jobs = found.slice(0, options.limit);
    const more = found.length > jobs.length;
    if (json) {
      const { cwd } = context;
      terminal.json({
        schema_version: SCHEMA_VERSION,
        status: 'ok',
        requests: jobs.map((job) => jobDocument(job, stateOf(ledger, job), context.now(), cwd)),
        more,
      });
      return EXIT_OK;
    }
    for (const line of await tableLines(COLUMNS, rowsOf(jobs, command), context.stdout))
      terminal.result(line);
    if (jobs.length === 0) terminal.note(nothing(ledger));
    if (more) terminal.note(`There are more: --limit ${options.limit * 5} shows further back.`);
    return EXIT_OK;
  });
}

/** One more than is shown, so that it can be said that there are more. */
function find(ledger: Ledger, { states, since, model, limit }: RequestsOptions): Job[] {
  // Which intents are unknown ones depends on who still runs, and only this machine can say.
  if (states?.some((state) => state === 'intent' || state === 'unknown') !== true) {
    return listJobs(ledger, { states, since, model, limit: limit + 1 });
  }
  return listJobs(ledger, { states: [...states, 'intent'], since, model })
    .filter((job) => states.includes(stateOf(ledger, job)))
    .slice(0, limit + 1);
}

const COLUMNS: readonly Column[] = [
  { title: 'REQUEST' },
  { title: 'STATE' },
  { title: 'AGE', right: true },
  { title: 'COST', right: true },
  { title: 'MODEL' },
  { title: 'WHAT' },
];

function rowsOf(jobs: readonly Job[], { ledger, context }: LedgerCommand): string[][] {
  const name = context.stdout.isTTY === true ? shortNameOf : nameOf;
  return jobs.map((job) => [
    name(job),
    stateCell(job, stateOf(ledger, job)),
    ageCell(job, context.now()),
    costCell(job),
    job.model,
    whatCell(job, context.cwd),
  ]);
}

function nothing(ledger: Ledger): string {
  return listJobs(ledger, { limit: 1 }).length === 0
    ? 'The ledger is empty: no edit was sent from here yet.'
    : 'No edit of the ledger is like that.';
}
