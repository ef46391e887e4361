/*
 * The edits of batches, for commands about earlier edits. Their ledgers are only read, except under the lock of the
 * batch: a running batch is never disturbed.
 */
import { LedgerError } from '../../errors/failures.js';
import { byFolder } from '../../batch/next-steps.js';
import { measureRow } from '../../batch/run/measure-row.js';
import { ResultsFile } from '../../batch/folder/results-file.js';
import { SINGLE_EDIT, type NextSteps } from '../../edit/next-steps.js';
import { FalEditError, inputError } from '../../errors/error.js';
import { isThere, knownFolders, rememberFolder } from '../../ledger/batch/folders.js';
import { findRow, unmeasuredRows } from '../../ledger/batch/states.js';
import type { Job } from '../../ledger/job.js';
import { Ledger } from '../../ledger/ledger.js';
import { findJob, findMeant } from '../../ledger/lookup.js';
import { isSandbox, reportSpending } from '../../ledger/spending.js';
import { contextOf, openOutDir } from '../batch/open.js';
import { isOnSandbox } from '../connect.js';
import { shortPath } from '../edit/document.js';
import type { LedgerCommand } from './ledger-command.js';

/** The batch folder and row of an edit. */
export interface BatchMention {
  /** Absolute. */
  folder: string;
  /** Id, or file and line; undefined if it is no longer a row. */
  row: string | undefined;
}

/** An edit that was found: in the user's ledger, or in a batch. */
export interface Found {
  job: Job;
  batch?: BatchMention | undefined;
}

type FolderSearch = Pick<LedgerCommand, 'ledger' | 'context' | 'terminal' | 'settings'>;

/**
 * Visits the ledger of each known batch folder, the last used first. Skips missing folders, and reports once those that
 * had unfinished edits.
 *
 * @param visit called while the ledger is open; returns false to stop
 */
export async function eachBatch(
  { ledger, context, terminal }: FolderSearch,
  visit: (own: Ledger, folder: string) => boolean | undefined,
): Promise<void> {
  const lost: string[] = [];
  for (const known of knownFolders(ledger)) {
    const { folder } = known;
    if (!isThere(known)) {
      if (known.open > 0) lost.push(`${shortPath(folder, context.cwd)} (${known.open} unfinished)`);
      continue;
    }
    let own: Ledger | undefined;
    try {
      own = await Ledger.open(folder, contextOf(context), 'looked-at');
      if (visit(own, folder) === false) return;
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      terminal.warn(`The batch folder ${shortPath(folder, context.cwd)} was skipped: ${error.message}`);
    } finally {
      own?.close();
    }
  }
  if (lost.length === 0) return;
  const is = lost.length === 1 ? 'batch folder is' : 'batch folders are';
  terminal.note(
    `${lost.length} ${is} gone or moved: ${lost.join(', ')}. Run fal-edit batch --collect --out-dir with the new location.`,
  );
}

/** Batch folder and row of a job. */
export function mentionIn(own: Ledger, folder: string, { askedHash, id }: Job): BatchMention {
  // Jobs from lists have no hash.
  const key = askedHash ?? findJob(own, 'id', id)?.askedHash;
  const row = key === undefined ? undefined : findRow(own, key);
  const name =
    row === undefined ? undefined : (row.id ?? `${row.file}${row.line === undefined ? '' : `:${row.line}`}`);
  return { folder, row: name };
}

/**
 * Finds an edit by a request id or its beginning, one of our ids, or `last`, in the user's ledger or that of a batch.
 *
 * @param isWhole the text must be a whole id: it is too short for a beginning
 * @throws FalEditError (input) if several edits match
 */
export async function findEverywhere(
  text: string,
  isWhole: boolean,
  command: FolderSearch,
): Promise<Found | undefined> {
  const sandbox = isOnSandbox(command.settings);
  const find = (ledger: Ledger): Job | undefined =>
    isWhole
      ? (findJob(ledger, 'request_id', text) ?? findJob(ledger, 'id', text))
      : findMeant(ledger, text, sandbox);
  const isExact = ({ requestId, id }: Job): boolean => requestId === text || id === text;
  const own = find(command.ledger);
  if (own !== undefined && isExact(own)) return { job: own };
  const all: Found[] = own === undefined ? [] : [{ job: own }];
  await eachBatch(command, (ledger, folder) => {
    const job = find(ledger);
    if (job === undefined) return undefined;
    const found = { job, batch: mentionIn(ledger, folder, job) };
    if (isExact(job)) all.splice(0, all.length, found);
    else all.push(found);
    return !isExact(job);
  });
  if (text === 'last') return all.sort((a, b) => b.job.plannedAt - a.job.plannedAt)[0];
  // A copy of a folder has the same edits.
  const distinct = [...new Map(all.toReversed().map((found) => [found.job.id, found])).values()];
  if (distinct.length < 2) return distinct[0];
  const names = distinct.map(({ job }) =>
    job.requestId?.startsWith(text) === true ? job.requestId : job.id,
  );
  throw inputError(`"${text}" matches several: ${names.slice(0, 3).join(', ')}.`, {
    hint: 'Type more characters of it.',
    details: { candidates: names },
  });
}

/**
 * Changes the ledger of a batch under its lock, and updates the folder and the user's ledger afterwards.
 *
 * @throws FalEditError (locked): the batch is running
 */
export async function withBatch<T>(
  folder: string,
  { ledger, context }: Pick<LedgerCommand, 'ledger' | 'context'>,
  run: (own: Ledger) => Promise<T>,
): Promise<T> {
  const outDir = await openOutDir(folder, undefined, context, { readOnly: false, mustExist: true }).catch(
    (error: unknown) => {
      throw error instanceof FalEditError && error.kind === 'locked'
        ? runningError(folder, context.cwd)
        : error;
    },
  );
  try {
    const own = outDir.ledger;
    const value = await run(own);
    for (const key of unmeasuredRows(own.db)) {
      const row = findRow(own, key);
      if (row !== undefined) await measureRow(own, row, context);
    }
    await (await ResultsFile.open(folder, own)).close();
    reportSpending(own.db, ledger.db, folder);
    rememberFolder(own, ledger, folder);
    return value;
  } finally {
    await outDir.close();
  }
}

function runningError(folder: string, cwd: string): FalEditError {
  return new FalEditError('locked', `The batch in ${shortPath(folder, cwd)} is running.`, {
    hint: 'Wait until it ends; it fetches its own pictures.',
    details: { out_dir: folder },
  });
}

/** Commands to continue with an edit. */
export function nextStepsFor(batch: Pick<BatchMention, 'folder'> | undefined, cwd: string): NextSteps {
  return batch === undefined ? SINGLE_EDIT : byFolder(shortPath(batch.folder, cwd));
}

/** For lists: `out, row cat`. */
export function batchText({ folder, row }: BatchMention, cwd: string): string {
  return `${shortPath(folder, cwd)}${row === undefined ? '' : `, row ${row}`}`;
}

/** For documents; null for an edit of no batch. */
export function batchDocument(
  batch: BatchMention | undefined,
): { out_dir: string; row: string | null } | null {
  return batch === undefined ? null : { out_dir: batch.folder, row: batch.row ?? null };
}

/** Edits of known batches that fal has or may have, by folder, on the backend of this run. */
export async function openInBatches(
  command: FolderSearch,
  states: readonly Job['state'][],
  list: (own: Ledger, states: readonly Job['state'][]) => Job[],
): Promise<{ folder: string; jobs: Job[] }[]> {
  const sandbox = isOnSandbox(command.settings);
  const found: { folder: string; jobs: Job[] }[] = [];
  await eachBatch(command, (own, folder) => {
    const jobs = list(own, states).filter(({ via }) => isSandbox(via) === sandbox);
    if (jobs.length > 0) found.push({ folder, jobs });
    return undefined;
  });
  return found;
}
