import { Command, Option } from 'commander';
import { VERSION } from './commands/at-once.js';
import { EDIT_FLAGS } from './commands/edit-flags.js';
import { EDIT_HELP, SANDBOX_HELP } from './commands/help-pages.js';
import { propertyOf, type Flag } from './commands/flag.js';
import { SANDBOX_FLAGS } from './commands/sandbox-flags.js';
import type { FlagValue } from './config/settings.js';
import type { Context } from './context.js';
import type { ExitCode } from './exit-codes.js';
import { helpText, type HelpPage } from './terminal/help.js';

/** The words that are commands; whatever else stands first starts an edit. */
export const COMMANDS = ['edit', 'sandbox', 'help'];

/**
 * The commander tree. Every action loads its command when it runs, so that `--help` costs no more than this file.
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
  page(program, EDIT_HELP);

  const edit = page(program.command('edit').argument('[image...]'), EDIT_HELP);
  addFlags(edit, EDIT_FLAGS).action(async (images: string[]) => {
    const { editCommand } = await import('./commands/edit.js');
    finish(await editCommand(images, givenFlags(edit, EDIT_FLAGS), context));
  });

  const sandbox = page(program.command('sandbox'), SANDBOX_HELP);
  addFlags(sandbox, SANDBOX_FLAGS).action(async () => {
    const { sandboxCommand } = await import('./commands/sandbox.js');
    finish(await sandboxCommand(givenFlags(sandbox, SANDBOX_FLAGS), context));
  });
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
