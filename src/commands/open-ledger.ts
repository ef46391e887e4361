import type { Settings } from '../config/settings.js';
import type { Context } from '../context.js';
import { stateFolderOf } from '../folders.js';
import { cleanLedger } from '../ledger/batch/cleaning.js';
import { Ledger } from '../ledger/ledger.js';
import { abandonedJobs } from '../ledger/lookup.js';
import { SANDBOX } from '../ledger/spending.js';
import type { Terminal } from '../terminal/terminal.js';

/** The user's ledger. @throws FalEditError (input, temporary): it cannot be used, so nothing may be sent */
export async function openLedger(
  { stateDir, stateDirProblem }: Pick<Settings<never>, 'stateDir' | 'stateDirProblem'>,
  context: Context,
): Promise<Ledger> {
  if (stateDirProblem !== undefined) throw stateDirProblem;
  const ledger = await Ledger.open(stateFolderOf(context.folders, stateDir), context);
  cleanLedger(ledger.db);
  return ledger;
}

/** Reminds of edits that earlier runs paid for and did not fetch, or may have sent. */
export function offerUnfinished(ledger: Ledger, via: string, terminal: Terminal): void {
  if (via === SANDBOX) return;
  const count = (...states: Parameters<typeof abandonedJobs>[1]): number =>
    abandonedJobs(ledger, states).filter((job) => job.via === via && !job.detached).length;
  const awaited = count('accepted', 'completed');
  if (awaited > 0) {
    const which = awaited === 1 ? '1 earlier edit is' : `${awaited} earlier edits are`;
    terminal.note(`${which} at fal and not saved yet. Fetch at no extra cost: fal-edit wait --unfinished`);
  }
  const unknown = count('intent', 'unknown');
  if (unknown > 0) {
    const which = unknown === 1 ? '1 earlier edit' : `${unknown} earlier edits`;
    terminal.note(`${which} may have been sent. Check: fal-edit reconcile --all`);
  }
}
