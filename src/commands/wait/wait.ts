import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import type { Job } from '../../ledger/job.js';
import { abandonedJobs } from '../../ledger/lookup.js';
import { isSandbox, SANDBOX } from '../../ledger/spending.js';
import { recordOfJob } from '../../edit/record.js';
import type { EditEnv } from '../../edit/env.js';
import { asFalEditError, usageError } from '../../errors/error.js';
import { collectCommand } from '../../batch/next-steps.js';
import { fetchJobs } from '../fetch-jobs.js';
import { SCHEMA_VERSION, shortPath } from '../edit/document.js';
import { endWithSandbox } from '../../ledger/sandbox-jobs.js';
import { isOnSandbox } from '../connect.js';
import { nextStepsFor, openInBatches, withBatch } from '../earlier/batch-folders.js';
import { shortNameOf } from '../earlier/job-state.js';
import { withLedger, type LedgerCommand } from '../earlier/ledger-command.js';
import { findAllNamed, type Named } from '../earlier/named-request.js';
import { reachWhenNeeded } from '../earlier/reach-fal.js';
import { writeWhole } from '../edit-results.js';
import { readWaitOptions, type WaitOptions } from './options.js';
import { outputsOf } from './outputs.js';
import { adopt, whereItWas, withoutFal } from './sorting.js';
import { reportOne, reportSeveral, type Waited } from './waited.js';
import type { CallOf } from '../command.js';
import type { WAIT } from './command.js';

/** `fal-edit wait`: waits for edits at fal, and saves them as their own commands would have. */
export function runWait(call: CallOf<typeof WAIT>): Promise<ExitCode> {
  return withLedger(call, async (command) => {
    const options = await readWaitOptions(command);
    if (!options.unfinished) {
      const named = await findAllNamed(command.words, command);
      const waited = await waitForAll(named, options, command);
      const [one] = waited;
      return one !== undefined && waited.length === 1
        ? reportOne(one, command)
        : reportSeveral(waited, command);
    }
    const jobs = unfinishedJobs(command);
    const inBatches = await nameBatches(command);
    if (jobs.length > 0) {
      return reportSeveral(
        await waitForAll(
          jobs.map((job) => ({ job })),
          options,
          command,
        ),
        command,
      );
    }
    if (inBatches === 0) command.terminal.note('Nothing to fetch.');
    if (command.json) command.terminal.json({ schema_version: SCHEMA_VERSION, status: 'ok', requests: [] });
    return EXIT_OK;
  });
}

/** Edits at fal that no process waits for, oldest first. Drops those of built-in sandboxes. */
function unfinishedJobs({ ledger, terminal, settings }: LedgerCommand): Job[] {
  const all = abandonedJobs(ledger, ['accepted', 'completed']);
  const gone = all.filter(({ via }) => via === SANDBOX);
  for (const job of gone) endWithSandbox(ledger, job);
  if (gone.length > 0) {
    const which = gone.length === 1 ? '1 edit' : `${gone.length} edits`;
    terminal.note(`${which} of the built-in sandbox ended with its run. Nothing was charged.`);
  }
  const sandbox = isOnSandbox(settings);
  const isHere = ({ via }: Job): boolean => via !== SANDBOX && isSandbox(via) === sandbox;
  const elsewhere = all.filter(({ via }) => via !== SANDBOX && isSandbox(via) !== sandbox).length;
  if (elsewhere > 0) {
    const which = elsewhere === 1 ? '1 edit was' : `${elsewhere} edits were`;
    terminal.note(`${which} sent to ${sandbox ? 'fal' : 'a sandbox'}, which this command does not ask.`);
  }
  const unknown = abandonedJobs(ledger, ['intent', 'unknown']).filter(isHere).length;
  if (unknown > 0) {
    const which = unknown === 1 ? '1 edit' : `${unknown} edits`;
    terminal.note(`${which} may have been sent. Check: fal-edit reconcile --all`);
  }
  return all.filter(isHere);
}

/** Waits for each request: some are saved, some at fal, some lost. Results are in the order of the arguments. */
async function waitForAll(
  all: readonly Named[],
  options: WaitOptions,
  command: LedgerCommand,
): Promise<Waited[]> {
  const known = new Map<Named, Waited>();
  const awaited = new Map<Named, Job>();
  const reached = reachWhenNeeded(command);
  for (const named of all) {
    const here =
      named.job === undefined
        ? await adopt(named.unlisted, reached(), options)
        : ((await withoutFal(named, options, command)) ??
          (await whereItWas(named, reached(), options, command)));
    if ('plannedAt' in here) awaited.set(named, here);
    else known.set(named, here);
  }
  const jobs = [...awaited.values()];
  if (jobs.length > 0) {
    for (const [named, waited] of await fetchAll(awaited, reached(), options, command))
      known.set(named, waited);
  }
  return all.flatMap((named) => known.get(named) ?? []);
}

/** Names batches with unfinished rows, which fetch their own rows. @returns their number */
async function nameBatches(command: LedgerCommand): Promise<number> {
  const { terminal, context } = command;
  const batches = await openInBatches(command, ['accepted', 'completed'], abandonedJobs);
  for (const { folder, jobs } of batches) {
    const which = jobs.length === 1 ? '1 row is' : `${jobs.length} rows are`;
    const folderName = shortPath(folder, context.cwd);
    terminal.note(`${which} unfinished in ${folderName}. Fetch them: ${collectCommand(folderName)}`);
  }
  return batches.length;
}

/** Fetches jobs; those of a batch go to its folder, as the batch would have saved them. */
async function fetchAll(
  awaited: ReadonlyMap<Named, Job>,
  env: EditEnv,
  options: WaitOptions,
  command: LedgerCommand,
): Promise<[Named, Waited][]> {
  const groups = new Map<string | undefined, [Named, Job][]>();
  for (const one of awaited) {
    const folder = one[0].batch?.folder;
    groups.set(folder, [...(groups.get(folder) ?? []), one]);
  }
  const all: [Named, Waited][] = [];
  for (const [folder, group] of groups) {
    if (folder === undefined) {
      all.push(...(await fetchFrom(env, folder, new Map(group), options, command)));
      continue;
    }
    if (options.output !== undefined) throw staysInBatch(folder, command);
    try {
      all.push(
        ...(await withBatch(folder, command, (own) => {
          const fresh = group.map(([named, job]) => [named, own.mustFind(job.id)] as const);
          return fetchFrom({ ...env, ledger: own }, folder, new Map(fresh), options, command);
        })),
      );
    } catch (error) {
      const failure = asFalEditError(error);
      for (const [named, job] of group) {
        all.push([
          named,
          { name: shortNameOf(job), record: recordOfJob(job), error: failure, already: false },
        ]);
      }
    }
  }
  return all;
}

function staysInBatch(folder: string, { context }: LedgerCommand): Error {
  const short = shortPath(folder, context.cwd);
  return usageError(`--output: its pictures belong in the batch folder ${short}.`, 'Omit --output.');
}

async function fetchFrom(
  env: EditEnv,
  folder: string | undefined,
  awaited: ReadonlyMap<Named, Job>,
  options: WaitOptions,
  { context, terminal }: LedgerCommand,
): Promise<[Named, Waited][]> {
  const jobs = [...awaited.values()];
  const outputs = await outputsOf(jobs, options, context.cwd);
  const outcomes = await fetchJobs(jobs, env, {
    terminal,
    timeoutMs: options.timeoutMs,
    cancelOnTimeout: options.cancelOnTimeout,
    nextSteps: nextStepsFor(folder === undefined ? undefined : { folder }, context.cwd),
    write: (bytes) => writeWhole(context, bytes),
    elsewhere: (job) => outputs.get(job.id),
  });
  return [...awaited.keys()].flatMap((named, index): [Named, Waited][] => {
    const outcome = outcomes[index];
    if (outcome === undefined) return [];
    const { job, record, error } = outcome;
    return [[named, { name: shortNameOf(job), record, error, already: false }]];
  });
}
