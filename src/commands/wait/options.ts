import { readDestination, type Destination } from '../../edit/destination.js';
import { usageError } from '../../errors.js';
import { readTimeout } from '../limits.js';
import type { LedgerCommand } from '../earlier/ledger-command.js';
import { refusePictureOnTerminal } from '../stdout-pictures.js';

/** The flags of `wait`, typed. */
export interface WaitOptions {
  /** Instead of ids: all that nobody waits for. */
  unfinished: boolean;
  /** Undefined: where each edit would have put its pictures. */
  destination: Destination | undefined;
  force: boolean;
  timeoutMs: number;
  cancelOnTimeout: boolean;
}

/**
 * Where edits go by default (FAL_EDIT_OUTPUT) was decided when they were sent: only `-o` on the command line sends
 * them elsewhere.
 *
 * @throws FalEditError (usage)
 */
export async function readWaitOptions(
  ids: readonly string[],
  { settings, given, context, json }: LedgerCommand,
): Promise<WaitOptions> {
  const unfinished = given['unfinished'] === true;
  const output = given['output'];
  if (unfinished && ids.length > 0) {
    throw usageError('--unfinished takes all that are unfinished, and ids name some. Give one.');
  }
  const destination = typeof output === 'string' ? await readDestination(output, context.cwd) : undefined;
  if (destination?.kind === 'stream') {
    if (json) throw usageError('--output - and --json both want stdout. Give one.');
    if (unfinished || ids.length > 1) {
      throw usageError('--output -: stdout takes one picture, and several requests are asked for.');
    }
    refusePictureOnTerminal(context);
  }
  return {
    unfinished,
    destination,
    force: given['force'] === true,
    timeoutMs: readTimeout(settings),
    cancelOnTimeout: settings.values['cancel-on-timeout'] === true,
  };
}
