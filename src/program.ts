import { Command, Option } from 'commander';
import { VERSION } from './commands/at-once.js';
import {
  CANCEL_FLAGS,
  COSTS_FLAGS,
  REQUESTS_FLAGS,
  RESULT_FLAGS,
  STATUS_FLAGS,
  WAIT_FLAGS,
} from './commands/flags/control.js';
import { BATCH_FLAGS } from './commands/flags/batch.js';
import { COMPARE_FLAGS, PICK_FLAGS } from './commands/flags/compare.js';
import { MIGRATE_FLAGS } from './commands/flags/migrate.js';
import { MODELS_FLAGS } from './commands/flags/models.js';
import { EDIT_FLAGS } from './commands/flags/edit.js';
import { PAGES } from './commands/help/pages.js';
import { propertyOf, type Flag } from './commands/flags/flag.js';
import { RECONCILE_FLAGS } from './commands/flags/reconcile.js';
import { SANDBOX_FLAGS } from './commands/flags/sandbox.js';
import { SWEEP_FLAGS } from './commands/flags/sweep.js';
import { TRUST_FLAGS } from './commands/flags/trust.js';
import type { FlagValue } from './config/settings.js';
import type { Context } from './context.js';
import type { ExitCode } from './exit-codes.js';
import { helpText, type HelpPage } from './terminal/help.js';

/** The words that are commands; whatever else stands first starts an edit. */
export const COMMANDS = [...Object.keys(PAGES), 'help'];

type Given = Record<string, FlagValue>;

/** How a command is called. Its code is loaded when it runs, so that the parser costs no more than this file. */
interface Calling {
  flags: readonly Flag[];
  /** What stands on the command line beside flags, e.g. `[id...]`; nothing may without it. */
  words?: string;
  run: (words: readonly string[], given: Given, context: Context) => Promise<ExitCode>;
}

const CALLINGS: Record<keyof typeof PAGES, Calling> = {
  edit: {
    flags: EDIT_FLAGS,
    words: '[image...]',
    run: async (images, given, context) =>
      (await import('./commands/edit.js')).editCommand(images, given, context),
  },
  batch: {
    flags: BATCH_FLAGS,
    words: '[row...]',
    run: async (words, given, context) =>
      (await import('./commands/batch.js')).batchCommand(words, given, context),
  },
  compare: {
    flags: COMPARE_FLAGS,
    words: '[picture...]',
    run: async (words, given, context) =>
      (await import('./commands/compare.js')).compareCommand(words, given, context),
  },
  pick: {
    flags: PICK_FLAGS,
    words: '[folder...]',
    run: async (words, given, context) =>
      (await import('./commands/pick.js')).pickCommand(words, given, context),
  },
  sweep: {
    flags: SWEEP_FLAGS,
    words: '[picture...]',
    run: async (words, given, context) =>
      (await import('./commands/sweep.js')).sweepCommand(words, given, context),
  },
  models: {
    flags: MODELS_FLAGS,
    words: '[name...]',
    run: async (names, given, context) =>
      (await import('./commands/models.js')).modelsCommand(names, given, context),
  },
  migrate: {
    flags: MIGRATE_FLAGS,
    words: '[request...]',
    run: async (requests, given, context) =>
      (await import('./commands/migrate.js')).migrateCommand(requests, given, context),
  },
  requests: {
    flags: REQUESTS_FLAGS,
    run: async (_, given, context) =>
      (await import('./commands/requests.js')).requestsCommand(given, context),
  },
  status: {
    flags: STATUS_FLAGS,
    words: '[id...]',
    run: async (ids, given, context) =>
      (await import('./commands/status.js')).statusCommand(ids, given, context),
  },
  wait: {
    flags: WAIT_FLAGS,
    words: '[id...]',
    run: async (ids, given, context) => (await import('./commands/wait.js')).waitCommand(ids, given, context),
  },
  result: {
    flags: RESULT_FLAGS,
    words: '[id...]',
    run: async (ids, given, context) =>
      (await import('./commands/result.js')).resultCommand(ids, given, context),
  },
  cancel: {
    flags: CANCEL_FLAGS,
    words: '[id...]',
    run: async (ids, given, context) =>
      (await import('./commands/cancel.js')).cancelCommand(ids, given, context),
  },
  reconcile: {
    flags: RECONCILE_FLAGS,
    words: '[job...]',
    run: async (jobs, given, context) =>
      (await import('./commands/reconcile.js')).reconcileCommand(jobs, given, context),
  },
  costs: {
    flags: COSTS_FLAGS,
    run: async (_, given, context) => (await import('./commands/costs.js')).costsCommand(given, context),
  },
  trust: {
    flags: TRUST_FLAGS,
    words: '[folder...]',
    run: async (words, given, context) =>
      (await import('./commands/trust.js')).trustCommand(words, given, context),
  },
  sandbox: {
    flags: SANDBOX_FLAGS,
    run: async (_, given, context) => (await import('./commands/sandbox.js')).sandboxCommand(given, context),
  },
};

/**
 * The commander tree.
 *
 * @param finish takes the exit code of the action that ran
 */
export function createProgram(context: Context, finish: (code: ExitCode) => void): Command {
  const program = new Command('fal-edit')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      // Errors are thrown, and shown in one place (main.ts).
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .version(VERSION, '-V, --version')
    .helpCommand(true);
  page(program, PAGES.edit);
  for (const [name, { flags, words, run }] of Object.entries(CALLINGS)) {
    const command = page(program.command(name), PAGES[name as keyof typeof PAGES]);
    if (words !== undefined) command.argument(words);
    addFlags(command, flags).action(async (given: unknown) => {
      const values = Array.isArray(given) ? (given as string[]) : [];
      finish(await run(values, givenFlags(command, flags), context));
    });
  }
  return program;
}

function page(command: Command, help: HelpPage): Command {
  return command.configureHelp({ formatHelp: () => helpText(help) });
}

function addFlags(command: Command, flags: readonly Flag[]): Command {
  for (const { name, short, value, help, repeatable } of flags) {
    const spelled = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ' <value>'}`;
    const option = new Option(spelled, help);
    if (repeatable === true) {
      option.argParser((item: string, items: string[] | undefined) => [...(items ?? []), item]);
    }
    command.addOption(option);
  }
  return command;
}

/** The flags that stood on the command line, by long name. A value given twice keeps the last, as everywhere. */
function givenFlags(command: Command, flags: readonly Flag[]): Record<string, FlagValue> {
  const given: Record<string, FlagValue> = {};
  for (const { name } of flags) {
    // commander keeps --no-x as x = false.
    const negated = name.startsWith('no-');
    const property = propertyOf(negated ? name.slice(3) : name);
    if (command.getOptionValueSource(property) !== 'cli') continue;
    given[name] = negated ? true : (command.getOptionValue(property) as FlagValue);
  }
  return given;
}

export { CommanderError } from 'commander';
