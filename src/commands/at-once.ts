import { VERSION } from '../version.js';
import { helpText, type HelpPage } from '../terminal/help.js';
import type { CommandSpec } from './command.js';
import { COMMANDS, commandNamed } from './all.js';
import { EDIT } from './edit/command.js';

/**
 * The answer to what asks for nothing but a text: `--version`, `--help`, `sandbox --help`, `help batch merge`. Given
 * before the parser is loaded, so that help costs what Node costs. Undefined where there is work to do.
 */
export function answerAtOnce(argv: readonly string[]): string | undefined {
  if (argv.length === 1 && ['-V', '--version'].includes(argv[0] ?? '')) return `${VERSION}\n`;
  const words = argv.filter((argument) => !['-h', '--help', 'help'].includes(argument));
  if (words.length !== argv.length - 1) return undefined;
  const found = commandNamed(words.length === 0 ? EDIT.name : words.join(' '));
  return found === undefined ? undefined : helpText(pageOf(found.spec));
}

/** The help of a command. That of an edit is the help of the program. */
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

/** How a command is called. */
export function usageOf({ name, usage }: CommandSpec): string {
  return ['fal-edit', name, usage, '[options]'].filter((part) => part !== '').join(' ');
}
