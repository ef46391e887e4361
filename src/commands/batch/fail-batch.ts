import type { Settings } from '../../config/settings.js';
import type { Context } from '../../context.js';
import { asFalEditError } from '../../errors.js';
import type { ExitCode } from '../../exit-codes.js';
import { chargedSoFar } from '../../fal/submit-once.js';
import type { Terminal } from '../../terminal/terminal.js';
import { errorDocument } from '../edit/document.js';
import { fail } from '../fail.js';
import { lastLine } from './event-lines.js';

/** Ends a command that did not come to an end of its own, for whoever reads its events as well. */
export function failBatch(
  thrown: unknown,
  { values }: Pick<Settings, 'values'>,
  terminal: Terminal,
  context: Pick<Context, 'now'>,
): ExitCode {
  const error = asFalEditError(thrown, chargedSoFar());
  if (values['events'] === true) {
    const { sandbox } = terminal.options;
    terminal.result(lastLine('failed', errorDocument(error), context.now(), sandbox));
  }
  return fail(error, terminal, undefined, values['json'] === true);
}
