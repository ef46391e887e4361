/*
 * Messages for failures outside of any command: the program could not be loaded, or an error was not caught. Has hardly
 * any imports, since nothing else may have loaded.
 */
import { asFalEditError, type Charged } from './errors/error.js';
import type { ExitCode } from './exit-codes.js';

/** Facts known at that moment; none before anything could be sent. */
export interface Known {
  charged: Charged;
  /** Removes secrets and control characters from a text. */
  safe: (text: string) => string;
  /** stdout already has its document: more output would break it. */
  isAnswered: boolean;
}

const NOTHING_YET: Known = { charged: 'no', safe: (text) => text, isAnswered: false };

export interface LastWords {
  /** With a newline at the end, or empty. */
  stdout: string;
  stderr: string;
  code: ExitCode;
}

/** Whether JSON is requested, as far as we can tell without reading the settings. */
export function asksForJson(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return flagsIn(argv).includes('--json') || /^(1|true|yes|on)$/i.test(env['FAL_EDIT_JSON'] ?? '');
}

/** Words after -- are files, whatever their names. */
export function flagsIn(argv: readonly string[]): readonly string[] {
  return argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
}

/** The text for people and the document for scripts, for a failure that nothing else has reported. */
export function lastWords(
  thrown: unknown,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  known: Known = NOTHING_YET,
): LastWords {
  const error = asFalEditError(thrown, known.charged);
  const { safe } = known;
  const sandbox = flagsIn(argv).includes('--sandbox');
  const charged = sandbox ? 'no' : error.charged;
  const lines = [`error: ${safe(error.message)}`];
  if (charged !== 'no') lines.push(`charged: ${charged}`);
  if (error.hint !== undefined) lines.push(`hint: ${safe(error.hint)}`);
  // It may never happen again, and only this shows where it was.
  if (error.kind === 'internal' && thrown instanceof Error) lines.push(safe(thrown.stack ?? ''));
  const document = {
    schema_version: 1,
    status: 'error',
    sandbox,
    error: {
      kind: error.kind,
      message: safe(error.message),
      ...(error.hint === undefined ? {} : { hint: safe(error.hint) }),
      charged,
    },
  };
  const isWanted = asksForJson(argv, env) && !known.isAnswered;
  return {
    stdout: isWanted ? `${JSON.stringify(document, undefined, 2)}\n` : '',
    stderr: `${lines.join('\n')}\n`,
    code: error.exitCode,
  };
}
