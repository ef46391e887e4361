import { BATCH } from './batch/command.js';
import { CANCEL } from './cancel/command.js';
import type { CommandSpec, Run } from './command.js';
import { COMPARE } from './compare/command.js';
import { COSTS } from './costs/command.js';
import { EDIT } from './edit/command.js';
import type { Flag } from './flag.js';
import { MERGE } from './batch/merge/command.js';
import { MIGRATE } from './migrate/command.js';
import { MODELS_COMMAND } from './models/command.js';
import { SEARCH } from './models/search/command.js';
import { PICK } from './pick/command.js';
import { RECONCILE } from './reconcile/command.js';
import { REQUESTS } from './requests/command.js';
import { RESULT } from './result/command.js';
import { SANDBOX_COMMAND } from './sandbox/command.js';
import { STATUS } from './status/command.js';
import { SWEEP } from './sweep/command.js';
import { TRUST } from './trust/command.js';
import { WAIT } from './wait/command.js';

/** A command and its code, which is loaded only when the command runs. */
export interface Command {
  spec: CommandSpec;
  load: () => Promise<Run<string>>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  command(EDIT, async () => (await import('./edit/edit.js')).runEditCommand),
  command(BATCH, async () => (await import('./batch/batch.js')).runBatchCommand),
  command(MERGE, async () => (await import('./batch/merge/merge.js')).runMerge),
  command(COMPARE, async () => (await import('./compare/compare.js')).runCompare),
  command(PICK, async () => (await import('./pick/pick.js')).runPick),
  command(SWEEP, async () => (await import('./sweep/sweep.js')).runSweep),
  command(MODELS_COMMAND, async () => (await import('./models/models.js')).runModels),
  command(SEARCH, async () => (await import('./models/search/search.js')).runSearch),
  command(MIGRATE, async () => (await import('./migrate/migrate.js')).runMigrate),
  command(REQUESTS, async () => (await import('./requests/requests.js')).runRequests),
  command(STATUS, async () => (await import('./status/status.js')).runStatus),
  command(WAIT, async () => (await import('./wait/wait.js')).runWait),
  command(RESULT, async () => (await import('./result/result.js')).runResult),
  command(CANCEL, async () => (await import('./cancel/cancel.js')).runCancel),
  command(RECONCILE, async () => (await import('./reconcile/reconcile.js')).runReconcile),
  command(COSTS, async () => (await import('./costs/costs.js')).runCosts),
  command(TRUST, async () => (await import('./trust/trust.js')).runTrust),
  command(SANDBOX_COMMAND, async () => (await import('./sandbox/sandbox.js')).runSandbox),
];

function command<Name extends string>(spec: CommandSpec<Name>, load: () => Promise<Run<Name>>): Command {
  return { spec, load };
}

/** Every flag of any command, once. FAL_EDIT_* variables and config files may name these. */
export const ALL_FLAGS: readonly Flag[] = [
  ...new Map(
    // The first of several flags with the same name counts: the prompt of an edit is one text, not a list.
    COMMANDS.flatMap(({ spec }) => (spec.flagsOnly === true ? [] : spec.flags))
      .toReversed()
      .map((flag): [string, Flag] => [flag.name, flag]),
  ).values(),
].toReversed();

/** Finds a command by its name, e.g. `batch merge`. */
export function commandNamed(name: string): Command | undefined {
  return COMMANDS.find(({ spec }) => spec.name === name);
}

/** First words of the commands. Any other first word starts an edit. */
export const COMMAND_WORDS: readonly string[] = [
  ...COMMANDS.map(({ spec }) => spec.name).filter((name) => !name.includes(' ')),
  'help',
];
