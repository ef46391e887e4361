import type { Context } from './context.js';
import { FalEditError, usageError } from './errors.js';
import { EXIT_OK, type ExitCode } from './exit-codes.js';
import { chargedSoFar } from './fal/submit-once.js';
import { flagsIn, lastWords, type LastWords } from './last-words.js';
import { COMMAND_WORDS, COMMANDS } from './commands/all.js';
import { answerAtOnce } from './commands/at-once.js';
import { CommanderError, createProgram } from './program.js';
import { harmless } from './terminal/plain.js';
import { isAnswered } from './terminal/terminal.js';

export { systemContext } from './context.js';
export { INTERRUPTIONS, InterruptedError } from './errors.js';

/**
 * The program: parses arguments, runs the command, and maps whatever is thrown to a text and an exit code.
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
  const program = createProgram(context, (finished) => (code = finished));
  try {
    await refuseUnknownHelp(argv);
    await program.parseAsync(withCommand(argv), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_OK;
    return report(error instanceof CommanderError ? parseError(error) : error, argv, context);
  }
}

/** What starts with no command is an edit: `fal-edit photo.jpg -p …`. */
function withCommand(argv: readonly string[]): string[] {
  const [first] = argv;
  const asksTheProgram = argv.length === 1 && ['-h', '--help', '-V', '--version'].includes(first ?? '');
  const isCommand = first !== undefined && COMMAND_WORDS.includes(first);
  return asksTheProgram || isCommand ? [...argv] : ['edit', ...argv];
}

/** Answers `help <command>` where that was not answered at once: there is no such command. @throws FalEditError (usage) */
async function refuseUnknownHelp([first, ...words]: readonly string[]): Promise<void> {
  if (first !== 'help') return;
  const name = words.filter((word) => !word.startsWith('-')).join(' ');
  const { nearName } = await import('./config/variable-names.js');
  const names = COMMANDS.map(({ spec }) => spec.name);
  const near = names.find((one) => one.endsWith(` ${name}`)) ?? nearName(name, names);
  throw usageError(
    `There is no command ${JSON.stringify(name)}.`,
    near === undefined ? 'fal-edit --help lists all commands.' : `Did you mean ${near}?`,
  );
}

/** Flags that people try to give the key with. */
const KEY_FLAG = /^--?(fal)?(api)?(key|token|secret|credentials?|auth|password)(id|key|token|secret)?$/;

/** commander exits with 1 where a flag is wrong; with us that is a usage error. */
function parseError(error: Error): FalEditError {
  const text = error.message.replace(/^error: /, '');
  const [, unknown, near = ''] =
    /^unknown option '([^]*?)'(?:\n\((Did you mean [^()\n]*)\))?$/.exec(text) ?? [];
  if (unknown !== undefined) return unknownFlag(unknown, near);
  const [message = '', ...more] = text.split('\n');
  const suggestion = more.join(' ').replace(/^\((.*)\)$/, '$1');
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return usageError(
    sentence.endsWith('.') ? sentence : `${sentence}.`,
    suggestion === '' ? 'fal-edit --help lists all flags.' : suggestion,
  );
}

/** A flag that there is not. Its value is not repeated: it may be the key. @param near what commander suggests */
function unknownFlag(argument: string, near: string): FalEditError {
  const isLong = argument.startsWith('--');
  const [name = ''] = argument.split(/[=\n]/);
  // Behind a letter without a = there may be a key as well, which has a colon; else it is the name of a file.
  const shown = isLong || !/[:=\n]/.test(argument) ? name : argument.slice(0, 2);
  if (KEY_FLAG.test(`--${name.replace(/[-_]/g, '').toLowerCase()}`)) {
    return usageError(
      `There is no flag for the key (${shown}): it would show in the list of processes and in the shell's history.`,
      'Set FAL_KEY in the environment or in .env.',
    );
  }
  const hint = argument.includes('=')
    ? 'fal-edit --help lists all flags, and which of them take a value.'
    : 'fal-edit --help lists all flags.';
  return usageError(
    `Unknown option '${shown}'.`,
    isLong ? near || hint : 'A file whose name starts with a dash goes after --.',
  );
}

/** Shows a failure that no command has shown itself. */
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

/** What to say of a failure that reached no command, with all that the program knows by then. */
export function wordsIn(error: unknown, argv: readonly string[], context: Context): LastWords {
  const { secrets, stdout, env } = context;
  return lastWords(error, argv, env, {
    charged: chargedSoFar(),
    safe: (text) => harmless(secrets.redact(text)),
    isAnswered: isAnswered(stdout),
  });
}
