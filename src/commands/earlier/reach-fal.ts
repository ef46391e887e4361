import type { Connection } from '../../fal/connection.js';
import type { Job } from '../../ledger/job.js';
import { SANDBOX } from '../../ledger/spending.js';
import { proxyWarning, readConnection, requireKey } from '../connect.js';
import type { LedgerCommand } from './ledger-command.js';

/** The way to fal for a command about earlier edits. */
export interface Reach {
  connection: Connection;
  /** As the ledger calls it. */
  via: string;
}

/**
 * The way that the settings name, with what there is to say about it said. Nothing is opened. A setting that
 * starts the built-in sandbox for edits does not count: a new sandbox knows no earlier request.
 *
 * @throws FalEditError (usage, auth)
 */
export function reachFal({ settings, terminal }: Pick<LedgerCommand, 'settings' | 'terminal'>): Reach {
  const values = Object.fromEntries(Object.entries(settings.values).filter(([name]) => name !== SANDBOX));
  const connection = readConnection(settings);
  requireKey({ ...settings, values }, connection);
  const warning = proxyWarning(settings, connection);
  if (warning !== undefined) terminal.warn(warning);
  return { connection, via: connection.proxyUrl ?? 'fal' };
}

/** The same, found out and warned about when it is first asked for: what is here already needs no key. */
export function reachWhenNeeded(command: Pick<LedgerCommand, 'settings' | 'terminal'>): () => Reach {
  let reach: Reach | undefined;
  return () => (reach ??= reachFal(command));
}

/** What to say of a job that was sent another way than fal is reached now; undefined where it was not. */
export function otherWay({ via, requestId, id }: Job, now: string): string | undefined {
  if (via === now) return undefined;
  const [then, here] = [via, now].map((way) => (way === 'fal' ? 'directly to fal' : `through ${way}`));
  return `${requestId ?? id} was sent ${then ?? ''}, and fal is asked ${here ?? ''} now.`;
}
