import type { FlagValue, Settings } from '../../config/settings.js';
import type { Context } from '../../context.js';
import type { ExitCode } from '../../exit-codes.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Terminal } from '../../terminal/terminal.js';
import type { Flag } from '../flags/flag.js';
import { fail } from '../fail.js';
import { openLedger } from '../open-ledger.js';
import { refuseQuietAndVerbose, terminalOf } from '../open-terminal.js';
import { readSettings } from '../read-settings.js';

/** What a command about earlier edits works with. */
export interface LedgerCommand {
  settings: Settings;
  /** What stood on the command line. A default of the user's for edits, such as FAL_EDIT_OUTPUT, is not meant for earlier ones. */
  given: Readonly<Record<string, FlagValue>>;
  context: Context;
  terminal: Terminal;
  ledger: Ledger;
  json: boolean;
}

/**
 * Opens what a command about earlier edits needs, runs it, and shows what it throws.
 *
 * @param flags that the command takes from the settings
 */
export async function withLedger(
  flags: readonly Flag[],
  given: Readonly<Record<string, FlagValue>>,
  context: Context,
  run: (command: LedgerCommand) => Promise<ExitCode>,
): Promise<ExitCode> {
  const settings = await readSettings({ flags, ledger: true }, given, context);
  const terminal = await terminalOf(settings, context);
  const json = settings.values['json'] === true;
  try {
    refuseQuietAndVerbose(settings);
    const ledger = await openLedger(settings, context);
    try {
      return await run({ settings, given, context, terminal, ledger, json });
    } finally {
      ledger.close();
    }
  } catch (error) {
    return fail(error, terminal, undefined, json);
  }
}

/** Where requests are shown under --debug; nowhere without it. */
export function traceTo(terminal: Terminal): ((line: string) => void) | undefined {
  return terminal.options.debug ? (line) => terminal.note(line) : undefined;
}
