import type { FlagValue } from '../config/settings.js';
import type { Context } from '../context.js';
import { viaOf, wayText } from '../edit/backend.js';
import type { Finding } from '../edit/reconcile/finding.js';
import { reconcile } from '../edit/reconcile/reconcile.js';
import { usageError } from '../errors.js';
import { EXIT_OK, type ExitCode } from '../exit-codes.js';
import type { Job } from '../ledger/job.js';
import { isAbandoned } from '../ledger/lookup.js';
import { SANDBOX } from '../ledger/spending.js';
import { errorText } from '../terminal/error-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { bringJobsHome, type HomeOutcome } from './bring-home.js';
import { isOnSandbox, proxyWarning, readConnection } from './connect.js';
import { traceTo, withLedger, type LedgerCommand } from './earlier/ledger-command.js';
import { summaryLine } from './edit/summary.js';
import { readTimeout } from './limits.js';
import { readSettle, requireHistoryKey } from './reconcile/options.js';
import { endingOf, reconcileDocument, type Report } from './reconcile/report.js';
import { selectJobs } from './reconcile/selection.js';
import { duplicatesText, findingLine, knownLine } from './reconcile/text.js';
import { printPaths } from './stdout-pictures.js';

/** `fal-edit reconcile [--all | <job>…]`: finds out what came of submits that are unknown, and fetches what fal took. */
export function reconcileCommand(
  jobs: readonly string[],
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
): Promise<ExitCode> {
  return withLedger(given, context, async (command) => {
    if (given['all'] === true && jobs.length > 0) {
      throw usageError('--all and the name of a job exclude each other. Give one.');
    }
    const report = await run(jobs, command);
    return conclude(report, command.terminal, command.json);
  });
}

async function run(
  names: readonly string[],
  { settings, context, terminal, ledger }: LedgerCommand,
): Promise<Report> {
  const settleMs = readSettle(settings);
  const timeoutMs = readTimeout(settings);
  const connection = readConnection(settings, context);
  const { open, known } = selectJobs(ledger, names, {
    all: settings.values['all'] === true,
    sandbox: isOnSandbox(settings),
  });
  const isWorkedOn = (job: Job): boolean => !isAbandoned(ledger, job);
  for (const job of known) terminal.note(knownLine(job, isWorkedOn(job)));
  if (open.length + known.length === 0)
    terminal.note('Nothing is unknown: of every edit it is known what came of it.');
  const via = viaOf(connection);
  const atFal = open.filter((job) => job.via !== SANDBOX && (job.state !== 'intent' || !isWorkedOn(job)));
  if (atFal.length > 0) {
    requireHistoryKey(settings, connection);
    const warning = proxyWarning(settings, connection);
    if (warning !== undefined) terminal.warn(warning);
    warnOfOtherWays(atFal, via, terminal);
  }
  const trace = traceTo(terminal);
  const findings = await reconcile(open, { ledger, connection, context, via, settleMs, timeoutMs, trace });
  tell(findings, settleMs, terminal);
  const options = { context, connection, ledger, terminal, timeoutMs };
  const accepted = findings.filter((finding) => finding.outcome === 'accepted');
  // The first of each has the first choice of names.
  const fetched: HomeOutcome[] = [];
  for (const some of [accepted.map(({ job }) => job), accepted.flatMap(({ duplicates }) => duplicates)]) {
    const wanted = some.filter(isFetched);
    if (wanted.length > 0) fetched.push(...(await bringJobsHome(wanted, options)));
  }
  return { findings, known, isWorkedOn, fetched, settleMs, cwd: context.cwd };
}

/** What another process brought home meanwhile is shown as well: its files are there already. */
function isFetched({ state }: Job): boolean {
  return state === 'accepted' || state === 'completed' || state === 'saved';
}

function warnOfOtherWays(jobs: readonly Job[], via: string, terminal: Terminal): void {
  for (const { id, via: sent } of jobs.filter((job) => job.via !== via)) {
    terminal.warn(
      `job ${id} was sent ${wayText(sent)} and is looked up ${via === 'fal' ? 'at fal' : `another way (${via})`}: that may be another fal.`,
    );
  }
}

function tell(findings: readonly Finding[], settleMs: number, terminal: Terminal): void {
  const doubtful = findings.filter(({ outcome }) => outcome === 'not_yet_known').length;
  for (const finding of findings) {
    // A single doubt is how the command ends, and is told there.
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

/** The paths of one edit, and how it ended. */
function show(
  { record, error }: HomeOutcome,
  cwd: string,
  ending: unknown,
  terminal: Terminal,
  json: boolean,
): void {
  if (!json) printPaths(record, { cwd }, terminal);
  if (error === undefined) terminal.note(summaryLine(record));
  else if (error !== ending) terminal.error(errorText(error, terminal));
}
