import { Command, Option } from 'commander';
import { pageOf } from './commands/at-once.js';
import { VERSION } from './version.js';
import type { CommandSpec } from './commands/command.js';
import { EDIT } from './commands/edit/command.js';
import { propertyOf, type Flag } from './commands/flag.js';
import { ALL_FLAGS, COMMANDS } from './commands/all.js';
import type { FlagValue } from './config/settings.js';
import type { Context } from './context.js';
import { usageError } from './errors/error.js';
import type { ExitCode } from './exit-codes.js';
import { helpText } from './terminal/help.js';

/**
 * Creates the commander tree from the specs of the commands.
 *
 * @param commands with the code that each of them runs
 * @param finish called with the exit code of the action that ran
 */
export function createProgram(
  context: Context,
  finish: (code: ExitCode) => void,
  commands: typeof COMMANDS = COMMANDS,
): Command {
  const program = new Command('fal-edit')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      // Errors are thrown, and printed in one place (main.ts).
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .version(VERSION, '-V, --version')
    .helpCommand(false)
    // Everything after a command word belongs to that command.
    .enablePositionalOptions()
    .configureHelp({ formatHelp: () => helpText(pageOf(EDIT)) });
  const tree = new Map<string, Command>();
  for (const one of commands) {
    const { spec } = one;
    const [last = '', ...above] = spec.name.split(' ').toReversed();
    const parent = tree.get(above.toReversed().join(' ')) ?? program;
    const command = parent
      .command(last)
      .helpCommand(false)
      .enablePositionalOptions()
      .configureHelp({ formatHelp: () => helpText(pageOf(spec)) });
    tree.set(spec.name, command);
    if (spec.words !== undefined) command.argument(spec.words);
    addFlags(command, spec.flags).action(async (first: unknown) => {
      const words = Array.isArray(first) ? (first as string[]) : [];
      const given = { ...givenBefore(parent, spec), ...givenFlags(command, spec.flags) };
      const { runCommand } = await import('./commands/run-command.js');
      finish(await runCommand(one, words, given, ALL_FLAGS, context));
    });
  }
  return program;
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

/** Flags before the word of a subcommand (`batch -d all merge`). @throws FalEditError (usage): it has no such flag */
function givenBefore(parent: Command, spec: CommandSpec): Record<string, FlagValue> {
  const above = COMMANDS.find(({ spec: { name } }) => name === parent.name())?.spec.flags ?? [];
  const given = givenFlags(parent, above);
  for (const name of Object.keys(given)) {
    if (spec.flags.some((flag) => flag.name === name)) continue;
    throw usageError(
      `--${name}: ${spec.name} has no such flag.`,
      `fal-edit help ${spec.name} lists its flags.`,
    );
  }
  return given;
}

/** The flags on the command line, by long name. If a value is given twice, the last one counts, as everywhere. */
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
