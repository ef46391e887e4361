import { asFalEditError, type FalEditError } from '../errors/error.js';
import type { ExitCode } from '../exit-codes.js';
import { chargedSoFar } from '../fal/queue/submit-once.js';
import { errorText } from '../terminal/error-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { errorDocument } from './edit/document.js';

/**
 * Ends a command that failed: the text for people, the document for scripts, the code for both.
 *
 * @param sandbox the edit is on the sandbox, which charges nothing
 */
export function fail(
  thrown: unknown,
  terminal: Terminal,
  document: ((error: FalEditError) => unknown) | undefined,
  json: boolean,
  sandbox = terminal.options.sandbox,
): ExitCode {
  const error = asFalEditError(thrown, chargedSoFar());
  terminal.error(errorText(error, terminal, sandbox));
  if (json) terminal.json(document?.(error) ?? errorDocument(error, sandbox));
  return error.exitCode;
}
