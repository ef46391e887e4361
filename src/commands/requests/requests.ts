import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { listJobs } from '../../ledger/lookup.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { SCHEMA_VERSION } from '../edit/document.js';
import { batchDocument, batchText, eachBatch, mentionIn, type Found } from '../earlier/batch-folders.js';
import { ageCell, costCell, stateCell, whatCell } from '../earlier/job-cells.js';
import { jobDocument } from '../earlier/job-document.js';
import { nameOf, shortNameOf, stateOf } from '../earlier/job-state.js';
import { withLedger, type LedgerCommand } from '../earlier/ledger-command.js';
import { readRequestsOptions, type RequestsOptions } from './options.js';
import type { CallOf } from '../command.js';
import type { REQUESTS } from './command.js';

/** `fal-edit requests`: lists the edits in the ledger, newest first. */
export function runRequests(call: CallOf<typeof REQUESTS>): Promise<ExitCode> {
  return withLedger(call, async (command) => {
    const { context, ledger, terminal, json } = command;
    const options = await readRequestsOptions(command);
    const found = await findAll(command, options);
    const listed = found.slice(0, options.limit);
    const more = found.length > listed.length;
    if (json) {
      const { cwd } = context;
      terminal.json({
        schema_version: SCHEMA_VERSION,
        status: 'ok',
        requests: listed.map(({ job, batch }) => ({
          ...jobDocument(job, stateOf(ledger, job), context.now(), cwd),
          batch: batchDocument(batch),
        })),
        more,
      });
      return EXIT_OK;
    }
    for (const line of await tableLines(COLUMNS, rowsOf(listed, command), context.stdout))
      terminal.result(line);
    if (listed.length === 0) terminal.note(nothing(ledger));
    if (more) terminal.note(`More edits: --limit ${options.limit * 5}`);
    return EXIT_OK;
  });
}

/**
 * Edits of the user's ledger and of batches, newest first. Each ledger keeps its own order, whatever the clock did.
 * Only the first edits of each are read, since a batch may have a hundred thousand.
 */
async function findAll(command: LedgerCommand, options: RequestsOptions): Promise<Found[]> {
  const lists: Found[][] = [find(command.ledger, options).map((job) => ({ job }))];
  await eachBatch(command, (own, folder) => {
    lists.push(find(own, options).map((job) => ({ job, batch: mentionIn(own, folder, job) })));
    return undefined;
  });
  const known = new Set<string>();
  const merged: Found[] = [];
  while (merged.length <= options.limit) {
    const heads = lists.filter((list) => list.length > 0);
    const newest = heads.sort(([a], [b]) => (b?.job.plannedAt ?? 0) - (a?.job.plannedAt ?? 0))[0]?.shift();
    if (newest === undefined) break;
    // A copy of a folder has the same edits.
    if (!known.has(newest.job.id)) merged.push(newest);
    known.add(newest.job.id);
  }
  return merged;
}

/** Reads one more than the limit, to know whether there are more. */
function find(ledger: Ledger, { states, since, models, limit }: RequestsOptions): Job[] {
  // Whether an intent is unknown depends on running processes, which SQL cannot check.
  if (states?.some((state) => state === 'intent' || state === 'unknown') !== true) {
    return listJobs(ledger, { states, since, models, limit: limit + 1 });
  }
  return listJobs(ledger, { states: [...states, 'intent'], since, models })
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

function rowsOf(found: readonly Found[], { ledger, context }: LedgerCommand): string[][] {
  const name = context.stdout.isTTY === true ? shortNameOf : nameOf;
  return found.map(({ job, batch }) => [
    name(job),
    stateCell(job, stateOf(ledger, job)),
    ageCell(job, context.now()),
    costCell(job),
    job.model,
    batch === undefined
      ? whatCell(job, context.cwd)
      : `${whatCell(job, context.cwd)} (${batchText(batch, context.cwd)})`,
  ]);
}

function nothing(ledger: Ledger): string {
  return listJobs(ledger, { limit: 1 }).length === 0 ? 'No edits yet.' : 'No edits match.';
}
