import type { EditEnv } from '../../edit/env.js';
import { isOpen, type Finding } from '../../edit/reconcile/finding.js';
import { reconcile } from '../../edit/reconcile/reconcile.js';
import { FalEditError, inputError, usageError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { otherBackendError, otherRouteText, type Route } from '../../fal/route.js';
import type { Job } from '../../ledger/job.js';
import { abandonedJobs, isAbandoned } from '../../ledger/lookup.js';
import { SANDBOX } from '../../ledger/spending.js';
import { errorText } from '../../terminal/error-text.js';
import type { Terminal } from '../../terminal/terminal.js';
import { fetchJobs, type FetchOutcome } from '../fetch-jobs.js';
import {
  findEverywhere,
  nextStepsFor,
  openInBatches,
  withBatch,
  type Found,
} from '../earlier/batch-folders.js';
import { envOf, readEarlierRoute, warnOfProxy } from '../earlier/reach-fal.js';
import { withLedger, type LedgerCommand } from '../earlier/ledger-command.js';
import { shortPath } from '../edit/document.js';
import { printPaths, summaryLine } from '../edit-results.js';
import { readTimeout } from '../limits.js';
import { readSettle, requireHistoryKey } from './options.js';
import { endingOf, reconcileDocument, type Report } from './report.js';
import { selectJobs } from './selection.js';
import { duplicatesText, findingLine, knownLine } from './text.js';
import type { CallOf } from '../command.js';
import type { NameOfFlag } from '../flag.js';
import type { RECONCILE } from './command.js';

/**
 * `fal-edit reconcile [--all | <job>…]`: settles unknown submits, and fetches the results of those that fal accepted.
 */
export function runReconcile(call: CallOf<typeof RECONCILE>): Promise<ExitCode> {
  return withLedger(call, async (command) => {
    const { words, settings } = command;
    if (settings.values['all'] === true && words.length > 0) {
      throw usageError('--all cannot be used with a job id. Use one of them.');
    }
    const report = await run(words, command);
    return conclude(report, command.terminal, command.json);
  });
}

/** Jobs of one ledger to reconcile: the user's, or that of a batch. */
interface Book {
  /** Absolute; undefined for the user's ledger. */
  folder: string | undefined;
  open: Job[];
}

async function run(
  names: readonly string[],
  command: LedgerCommand<NameOfFlag<typeof RECONCILE.flags>>,
): Promise<Report> {
  const { settings, context, terminal, ledger } = command;
  const settleMs = readSettle(settings);
  const route = readEarlierRoute(command);
  const all = settings.values['all'] === true;
  const own =
    names.length > 0
      ? await named(names, command)
      : { ...selectJobs(ledger, all), batches: [], folders: new Map<string, string>() };
  const batches = all ? await unknownInBatches(command) : own.batches;
  const isWorkedOn = (job: Job): boolean => !isAbandoned(ledger, job);
  for (const job of own.known) {
    const folder = own.folders.get(job.id);
    const nextSteps = nextStepsFor(folder === undefined ? undefined : { folder }, context.cwd);
    terminal.note(knownLine(job, isWorkedOn(job), nextSteps));
  }
  const inBatches = batches.flatMap(({ jobs }) => jobs);
  const others = names.length === 0 && !all ? await nameBatches(command) : 0;
  if (own.open.length + own.known.length + inBatches.length + others === 0)
    terminal.note('Nothing to reconcile.');
  const open = own.open.filter((job) => isHere(job, route, all, terminal));
  const atFal = [...open, ...inBatches].filter(
    (job) => job.via !== SANDBOX && (job.state !== 'intent' || !isWorkedOn(job)),
  );
  if (atFal.length > 0) {
    requireHistoryKey(settings, route.connection);
    warnOfProxy(command, route);
    for (const job of atFal) {
      const other = otherRouteText(job, route);
      if (other !== undefined) terminal.warn(other);
    }
  }
  const report: Report = {
    ...{ findings: [], known: own.known, isWorkedOn, fetched: [], settleMs, cwd: context.cwd },
    sandbox: terminal.options.sandbox,
    folders: own.folders,
  };
  const env = envOf(command, route);
  const options = { settleMs, timeoutMs: readTimeout(settings), report };
  await runBook({ folder: undefined, open }, env, command, options);
  for (const { folder, jobs } of batches) {
    try {
      await withBatch(folder, command, (book) => {
        const fresh = jobs.map(({ id }) => book.mustFind(id)).filter(isOpen);
        return runBook({ folder, open: fresh }, { ...env, ledger: book }, command, options);
      });
    } catch (error) {
      if (!(error instanceof FalEditError) || error.kind !== 'locked') throw error;
      terminal.note(`${error.message} It reconciles its own rows.`);
    }
  }
  return report;
}

interface ReconcileRun {
  settleMs: number;
  timeoutMs: number;
  /** Collects the findings. */
  report: Report;
}

async function runBook(
  { folder, open }: Book,
  env: EditEnv,
  { context, terminal }: LedgerCommand,
  { settleMs, timeoutMs, report }: ReconcileRun,
): Promise<void> {
  if (folder !== undefined) terminal.note(`In the batch folder ${shortPath(folder, context.cwd)}:`);
  const findings = await reconcile(open, env, { settleMs, timeoutMs });
  tell(findings, settleMs, terminal);
  report.findings.push(...findings);
  const nextSteps = nextStepsFor(folder === undefined ? undefined : { folder }, context.cwd);
  const options = { terminal, timeoutMs, nextSteps };
  const accepted = findings.filter((finding) => finding.outcome === 'accepted');
  if (folder !== undefined) for (const { job } of findings) report.folders.set(job.id, folder);
  // The first request of each edit gets the planned name.
  for (const some of [accepted.map(({ job }) => job), accepted.flatMap(({ duplicates }) => duplicates)]) {
    const wanted = some.filter(isFetched);
    if (wanted.length > 0) report.fetched.push(...(await fetchJobs(wanted, env, options)));
  }
}

/** Finds the jobs of the command line in all ledgers. @throws FalEditError (input): unknown job */
async function named(
  names: readonly string[],
  command: LedgerCommand,
): Promise<Pick<Report, 'known' | 'folders'> & { open: Job[]; batches: { folder: string; jobs: Job[] }[] }> {
  const found = new Map<string, Found>();
  for (const name of names) {
    const one = await findEverywhere(name, false, command);
    if (one === undefined) {
      throw inputError(`"${name}" is not in the ledger.`, {
        hint: 'fal-edit requests lists what is. For a request sent from another machine: fal-edit wait <request id> --model <name>',
      });
    }
    found.set(one.job.id, one);
  }
  const all = [...found.values()];
  const batches = new Map<string, Job[]>();
  for (const { job, batch } of all) {
    if (batch === undefined || !isOpen(job)) continue;
    batches.set(batch.folder, [...(batches.get(batch.folder) ?? []), job]);
  }
  return {
    open: all.flatMap(({ job, batch }) => (batch === undefined && isOpen(job) ? [job] : [])),
    folders: new Map(all.flatMap(({ job, batch }) => (batch === undefined ? [] : [[job.id, batch.folder]]))),
    known: all.flatMap(({ job }) => (isOpen(job) ? [] : [job])),
    batches: [...batches].map(([folder, jobs]) => ({ folder, jobs })),
  };
}

function unknownInBatches(command: LedgerCommand): Promise<{ folder: string; jobs: Job[] }[]> {
  return openInBatches(command, ['intent', 'unknown'], abandonedJobs);
}

/**
 * Names batches with unknown rows, since without --all only the user's ledger is reconciled. @returns their number
 */
async function nameBatches(command: LedgerCommand): Promise<number> {
  const batches = await unknownInBatches(command);
  for (const { folder, jobs } of batches) {
    const rows = jobs.length === 1 ? '1 row' : `${jobs.length} rows`;
    command.terminal.note(
      `${rows} in ${shortPath(folder, command.context.cwd)} may have been sent. Check: fal-edit reconcile --all`,
    );
  }
  return batches.length;
}

/** Whether the backend of this run can know a job. @throws FalEditError (input) for one that was named */
function isHere(job: Job, route: Route, all: boolean, terminal: Terminal): boolean {
  const error = job.via === SANDBOX ? undefined : otherBackendError(job, route);
  if (error === undefined) return true;
  if (!all) throw error;
  terminal.note(error.message);
  return false;
}

/** Includes edits that another process fetched meanwhile: their files exist. */
function isFetched({ state }: Job): boolean {
  return state === 'accepted' || state === 'completed' || state === 'saved';
}

function tell(findings: readonly Finding[], settleMs: number, terminal: Terminal): void {
  const doubtful = findings.filter(({ outcome }) => outcome === 'not_yet_known').length;
  for (const finding of findings) {
    // A single unsettled edit becomes the command's error, which says the same.
    if (finding.outcome === 'not_yet_known' && doubtful === 1) continue;
    terminal.note(findingLine(finding, settleMs));
    if (finding.outcome === 'accepted' && finding.duplicates.length > 0) {
      terminal.warn(duplicatesText(finding.job, finding.duplicates));
    }
  }
}

function conclude(report: Report, terminal: Terminal, json: boolean): ExitCode {
  const ending = endingOf(report);
  for (const outcome of report.fetched) show(outcome, report.cwd, ending, terminal, json);
  if (ending !== undefined) terminal.error(errorText(ending, terminal));
  if (json) terminal.json(reconcileDocument(report, ending));
  return ending === undefined ? EXIT_OK : ending.exitCode;
}

/** Prints the paths of one edit and how it ended. */
function show(
  { record, error }: FetchOutcome,
  cwd: string,
  ending: unknown,
  terminal: Terminal,
  json: boolean,
): void {
  if (!json) printPaths(record, { cwd }, terminal);
  if (error === undefined) terminal.note(summaryLine(record));
  else if (error !== ending) terminal.error(errorText(error, terminal));
}
