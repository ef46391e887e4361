import type { Context } from './context.js';
import { FalEditError, usageError } from './errors/error.js';
import { EXIT_OK, type ExitCode } from './exit-codes.js';
import { chargedSoFar } from './fal/queue/submit-once.js';
import { flagsIn, lastWords, type LastWords } from './last-words.js';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { COMMAND_WORDS, commandNamed, COMMANDS, type Command } from './commands/all.js';
import type { CommandSpec } from './commands/command.js';
import { EDIT } from './commands/edit/command.js';
import type { Flag } from './commands/flag.js';
import { answerAtOnce } from './commands/at-once.js';
import { CommanderError, createProgram } from './program.js';
import { harmless } from './terminal/plain.js';
import { isAnswered } from './terminal/terminal.js';

export { systemContext } from './context.js';
export { INTERRUPTIONS, InterruptedError } from './errors/error.js';

/**
 * The program: parses arguments, runs the command, and turns errors into a text and an exit code.
 *
 * @param argv the arguments, without node and the script
 */
export async function main(argv: readonly string[], context: Context): Promise<ExitCode> {
  const text = answerAtOnce(argv);
  if (text !== undefined) {
    context.stdout.write(text);
    return EXIT_OK;
  }
  let code: ExitCode = EXIT_OK;
  context.secrets.addEnvironment(context.env);
  const withoutHelp = helpOfModel(argv);
  const commands = withoutHelp === undefined ? COMMANDS : COMMANDS.map(showingHelp);
  const program = createProgram(context, (finished) => (code = finished), commands);
  try {
    await refuseMisspelt(argv, context.cwd);
    await program.parseAsync(withCommand(withoutHelp ?? argv), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_OK;
    return report(error instanceof CommanderError ? parseError(error, specOf(argv)) : error, argv, context);
  }
}

/** The arguments of `edit -m <model> --help` without the flag for help; undefined for any other command line. */
function helpOfModel(argv: readonly string[]): string[] | undefined {
  const isHelp = (word: string): boolean => word === '-h' || word === '--help';
  const words = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  if (withCommand(argv)[0] !== EDIT.name || !words.some(isHelp)) return undefined;
  return words.some((word) => /^(-m|--model)/.test(word)) ? argv.filter((word) => !isHelp(word)) : undefined;
}

/** An edit that shows the help of its model instead of running. */
function showingHelp(command: Command): Command {
  if (command.spec.name !== EDIT.name) return command;
  return { ...command, load: async () => (await import('./commands/edit/model-help.js')).runModelHelp };
}

/** Without a command word it is an edit: `fal-edit photo.jpg -p …`. */
function withCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  const asksTheProgram = argv.length === 1 && ['-h', '--help', '-V', '--version'].includes(first ?? '');
  const isCommand = first !== undefined && COMMAND_WORDS.includes(first);
  return asksTheProgram || isCommand ? [...argv] : ['edit', ...argv];
}

/**
 * Refuses a first word that is close to a command and not a file, and `help` for an unknown command.
 *
 * @throws FalEditError (usage)
 */
async function refuseMisspelt([first = '', ...words]: readonly string[], cwd: string): Promise<void> {
  const { nearName } = await import('./near-name.js');
  if (first === 'help') {
    const name = words.filter((word) => !word.startsWith('-')).join(' ');
    const names = COMMANDS.map(({ spec }) => spec.name);
    const near = names.find((one) => one.endsWith(` ${name}`)) ?? nearName(name, names);
    throw noCommand(name, near);
  }
  if (!/^\w[\w-]*$/.test(first) || COMMAND_WORDS.includes(first)) return;
  const near = nearName(first, COMMAND_WORDS);
  if (near !== undefined && !existsSync(path.resolve(cwd, first))) throw noCommand(first, near);
}

function noCommand(name: string, near: string | undefined): FalEditError {
  const message = `There is no command ${JSON.stringify(name)}.`;
  return near === undefined
    ? usageError(message, 'fal-edit --help lists all commands.')
    : usageError(`${message} Did you mean ${near}?`);
}

/** Flags that people use when they try to pass the key. */
const KEY_FLAG = /^--?(fal)?(api)?(key|token|secret|credentials?|auth|password)(id|key|token|secret)?$/;

/** commander exits with 1 for a wrong flag; here it is a usage error. */
function parseError(error: Error, { name: command, flags }: CommandSpec): FalEditError {
  const listed = `${command === 'edit' ? 'fal-edit' : `fal-edit ${command}`} --help lists all flags`;
  const text = error.message.replace(/^error: /, '');
  const [, unknown, near = ''] =
    /^unknown option '([^]*?)'(?:\n\((Did you mean [^()\n]*)\))?$/.exec(text) ?? [];
  if (unknown !== undefined) return unknownFlag(unknown, near, flags, listed);
  const [, lacking] = /^option '[^']*--([\w-]+) <value>' argument missing$/.exec(text) ?? [];
  if (lacking !== undefined) return missingValue(lacking, flags);
  const [message = '', ...more] = text.split('\n');
  const suggestion = more.join(' ').replace(/^\((.*)\)$/, '$1');
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return usageError(
    sentence.endsWith('.') ? sentence : `${sentence}.`,
    suggestion === '' ? `${listed}.` : suggestion,
  );
}

/**
 * Error for an unknown flag. Its value is not repeated: it may be the key. @param near commander's suggestion. @param
 * listed says where all flags are
 */
function unknownFlag(argument: string, near: string, flags: readonly Flag[], listed: string): FalEditError {
  const isLong = argument.startsWith('--');
  const [name = ''] = argument.split(/[=\n]/);
  // After a letter without a = there may also be a key, which has a colon; otherwise it is the name of a file.
  const typed = isLong || !/[:=\n]/.test(argument) ? name : argument.slice(0, 2);
  if (KEY_FLAG.test(`--${name.replace(/[-_]/g, '').toLowerCase()}`)) {
    return usageError(
      `There is no flag for the key (${typed}): it would show in the list of processes and in the shell's history.`,
      'Set FAL_KEY in the environment or in .env.',
    );
  }
  const hint = argument.includes('=') ? `${listed}, and which of them take a value.` : `${listed}.`;
  return usageError(`Unknown option '${typed}'.`, isLong ? near || hint : shortHint(typed, flags));
}

/** The long flags that a letter may stand for. */
function shortHint(typed: string, flags: readonly Flag[]): string {
  const long = flags.filter(({ name, hidden }) => hidden !== true && name.startsWith(typed.charAt(1)));
  return long.length === 0 || typed.length !== 2
    ? 'A file whose name starts with a dash goes after --.'
    : `Flags with that letter: ${long.map(({ name }) => `--${name}`).join(', ')}.`;
}

function missingValue(name: string, flags: readonly Flag[]): FalEditError {
  const { short, value = '<value>' } = flags.find((flag) => flag.name === name) ?? {};
  return usageError(
    `--${name} needs a value: ${short === undefined ? '' : `-${short} or `}--${name} ${value}.`,
    name === 'prompt' ? 'fal-edit photo.jpg -p "turn it into a watercolor"' : undefined,
  );
}

/** The command that was typed. */
function specOf(argv: readonly string[]): CommandSpec {
  const [first = '', second = ''] = withCommand(argv);
  return (commandNamed(`${first} ${second}`) ?? commandNamed(first))?.spec ?? EDIT;
}

/** Reports a failure that no command has reported. */
async function report(error: unknown, argv: readonly string[], context: Context): Promise<ExitCode> {
  const [{ fail }, { openTerminal }, { switchState }] = await Promise.all([
    import('./commands/fail.js'),
    import('./terminal/terminal.js'),
    import('./config/settings.js'),
  ]);
  const flags = flagsIn(argv);
  const has = (...names: string[]): boolean => flags.some((argument) => names.includes(argument));
  const terminal = await openTerminal(context, {
    quiet: has('-q', '--quiet'),
    verbose: false,
    debug: has('--debug'),
    noColor: has('--no-color'),
    sandbox: has('--sandbox'),
    redact: context.secrets.redact,
  });
  const json = has('--json') || switchState(context.env['FAL_EDIT_JSON']) === true;
  return fail(error, terminal, undefined, json);
}

/** Message for a failure outside of any command, with everything that the program knows at that time. */
export function wordsIn(error: unknown, argv: readonly string[], context: Context): LastWords {
  const { secrets, stdout, env } = context;
  return lastWords(error, argv, env, {
    charged: chargedSoFar(),
    safe: (text) => harmless(secrets.redact(text)),
    isAnswered: isAnswered(stdout),
  });
}
