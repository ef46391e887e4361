import type { Settings } from '../../config/settings.js';
import type { Context } from '../../context.js';
import { asFalEditError, type FalEditError } from '../../errors.js';
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
  const { sandbox } = terminal.options;
  const document = failedDocument(error, sandbox);
  if (values['events'] === true) terminal.result(lastLine('failed', document, context.now(), sandbox));
  return fail(error, terminal, () => document, values['json'] === true);
}

/** Has the keys of a run that came to its end, so that scripts read both in one way. */
function failedDocument(error: FalEditError, sandbox: boolean): Record<string, unknown> {
  const { out_dir: outDir, submitted } = error.details ?? {};
  return {
    ...errorDocument(error, sandbox),
    exit_code: error.exitCode,
    ...{ source: null, shard: null, started_at: null, finished_at: null },
    ...{ rows: null, states: null, invalid: null, left_out: null },
    run: typeof submitted === 'number' ? { submitted } : null,
    cost: null,
    out_dir: typeof outDir === 'string' ? outDir : null,
  };
}
