import type { Context } from './context.js';
import { FalEditError, usageError } from './errors.js';
import { EXIT_OK, type ExitCode } from './exit-codes.js';
import { COMMANDS, CommanderError, createProgram } from './program.js';

export { systemContext } from './context.js';
export { INTERRUPTIONS, InterruptedError } from './errors.js';
export { EXIT_CODES } from './exit-codes.js';

/**
 * The program: parses arguments, runs the command, and maps whatever is thrown to a text and an exit code.
 *
 * @param argv the arguments, without node and the script
 */
export async function main(argv: readonly string[], context: Context): Promise<ExitCode> {
  let code: ExitCode = EXIT_OK;
  context.secrets.addEnvironment(context.env);
  const program = createProgram(context, (finished) => (code = finished));
  try {
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
  const isCommand = first !== undefined && COMMANDS.includes(first);
  return asksTheProgram || isCommand ? [...argv] : ['edit', ...argv];
}

/** commander exits with 1 where a flag is wrong; with us that is a usage error. */
function parseError(error: Error): FalEditError {
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = more.join(' ').replace(/^\((.*)\)$/, '$1');
  const isDashed = /^unknown option '-[^-]/.test(message);
  const hint = isDashed ? 'A file whose name starts with a dash goes after --.' : suggestion;
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return usageError(
    sentence.endsWith('.') ? sentence : `${sentence}.`,
    hint === '' ? 'fal-edit --help lists all flags.' : hint,
  );
}

/** Shows a failure that no command has shown itself. */
async function report(error: unknown, argv: readonly string[], context: Context): Promise<ExitCode> {
  const [{ fail }, { openTerminal }, { switchState }] = await Promise.all([
    import('./commands/fail.js'),
    import('./terminal/terminal.js'),
    import('./config/settings.js'),
  ]);
  // What follows -- is a file, whatever it is called.
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
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
