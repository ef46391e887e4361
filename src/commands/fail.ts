import { FalEditError, messageOf } from '../errors.js';
import type { ExitCode } from '../exit-codes.js';
import { errorText } from '../terminal/error-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { errorDocument } from './edit/document.js';

/** What was thrown, as an error of ours: whatever is not one is a bug of ours. */
export function asFalEditError(error: unknown): FalEditError {
  if (error instanceof FalEditError) return error;
  return new FalEditError('internal', `This is a bug in fal-edit: ${messageOf(error)}`, {
    charged: 'maybe',
    hint: 'Please report it, with the output of the same command and --debug.',
    origin: error,
  });
}

/** Ends a command that failed: the text for people, the document for scripts, the code for both. */
export function fail(
  thrown: unknown,
  terminal: Terminal,
  document: ((error: FalEditError) => unknown) | undefined,
  json: boolean,
): ExitCode {
  const error = asFalEditError(thrown);
  terminal.error(errorText(error, terminal));
  if (json) terminal.json((document ?? errorDocument)(error));
  return error.exitCode;
}
