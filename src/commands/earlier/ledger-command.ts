import type { ExitCode } from '../../exit-codes.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Call } from '../command.js';
import type { NameOfFlag } from '../flag.js';
import type { REQUEST_FLAGS } from '../flags/earlier.js';
import { openLedger } from '../open-ledger.js';

/** Input of a command about earlier edits. */
export interface LedgerCommand<
  Name extends string = NameOfFlag<typeof REQUEST_FLAGS> | 'sandbox',
> extends Call<Name> {
  ledger: Ledger;
}

/** Runs a command about earlier edits with the user's ledger open. */
export async function withLedger<Name extends string>(
  call: Call<Name>,
  run: (command: LedgerCommand<Name>) => Promise<ExitCode>,
): Promise<ExitCode> {
  const ledger = await openLedger(call.settings, call.context);
  try {
    return await run({ ...call, ledger });
  } finally {
    ledger.close();
  }
}
