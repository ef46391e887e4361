import { VERSION } from '../version.js';
import { helpText, type HelpPage } from '../terminal/help.js';
import type { CommandSpec } from './command.js';
import { COMMANDS, commandNamed } from './all.js';
import { EDIT } from './edit/command.js';

/**
 * Text for a command line that asks only for help or the version: `--version`, `--help`, `sandbox --help`, `help
 * batch merge`. It does not load the parser, so help starts as fast as Node does. Undefined for any other command
 * line.
 */
export function answerAtOnce(argv: readonly string[]): string | undefined {
  if (argv.length === 1 && ['-V', '--version'].includes(argv[0] ?? '')) return `${VERSION}\n`;
  const words = argv.filter((argument) => !['-h', '--help', 'help'].includes(argument));
  if (words.length !== argv.length - 1) return undefined;
  const found = commandNamed(words.length === 0 ? EDIT.name : words.join(' '));
  return found === undefined ? undefined : helpText(pageOf(found.spec));
}

/** Help page of a command. The page of `edit` is also the page of the program. */
export function pageOf(spec: CommandSpec): HelpPage {
  const { name, usage, about, examples, flags, notes, exits } = spec;
  const page = { about, examples, notes, exits };
  if (name !== EDIT.name) return { ...page, usage: usageOf(spec), flags };
  return {
    ...page,
    usage: `fal-edit ${usage} [options]`,
    flags: [
      ...flags,
      { name: 'help', short: 'h', group: 'General', help: 'show this page' },
      { name: 'version', short: 'V', group: 'General', help: 'show the version' },
    ],
    commands: [
      ...COMMANDS.map(({ spec: one }) => [one.name, one.summary] as const),
      ['help <command>', 'show the help of a command'],
    ],
  };
}

/** Usage line of a command. */
export function usageOf({ name, usage }: CommandSpec): string {
  return ['fal-edit', name, usage, '[options]'].filter((part) => part !== '').join(' ');
}
