import { readOutput, type OutputChoice } from '../../edit/plan/output.js';
import { usageError } from '../../errors/error.js';
import { readTimeout } from '../limits.js';
import type { NameOfFlag } from '../flag.js';
import type { WAIT } from './command.js';
import type { LedgerCommand } from '../earlier/ledger-command.js';
import { refusePictureOnTerminal } from '../edit-results.js';

/** The flags of `wait`, typed. */
export interface WaitOptions {
  /** Instead of ids: all edits that no process waits for. */
  unfinished: boolean;
  /** Undefined: save each edit where it would have been saved. */
  output: OutputChoice | undefined;
  force: boolean;
  timeoutMs: number;
  cancelOnTimeout: boolean;
}

/** @throws FalEditError (usage) */
export async function readWaitOptions({
  words: ids,
  settings,
  context,
  json,
}: LedgerCommand<NameOfFlag<typeof WAIT.flags>>): Promise<WaitOptions> {
  const { values } = settings;
  const unfinished = values['unfinished'] === true;
  if (unfinished && ids.length > 0) {
    throw usageError('--unfinished cannot be used with ids. Use one of them.');
  }
  const given = values['output'];
  const output = typeof given === 'string' ? await readOutput(given, context.cwd) : undefined;
  if (output?.kind === 'stream') {
    if (json) throw usageError('--output - and --json both write to stdout. Use one of them.');
    if (unfinished || ids.length > 1) {
      throw usageError('--output - takes one picture, but several requests are named.');
    }
    refusePictureOnTerminal(context);
  }
  return {
    unfinished,
    output,
    force: values['force'] === true,
    timeoutMs: readTimeout(settings),
    cancelOnTimeout: values['cancel-on-timeout'] === true,
  };
}
