import { viaOf, wayText } from '../../edit/backend.js';
import type { Connection } from '../../fal/connection.js';
import type { Job } from '../../ledger/job.js';
import { FalEditError } from '../../errors.js';
import { SANDBOX_KEY } from '../../fal/connection.js';
import { isSandbox, SANDBOX } from '../../ledger/spending.js';
import { nameOf } from './job-state.js';
import { proxyWarning, readConnection, requireKey } from '../connect.js';
import type { LedgerCommand } from './ledger-command.js';

/** The way to fal for a command about earlier edits. */
export interface Reach {
  connection: Connection;
  /** As the ledger calls it. */
  via: string;
}

type ReachOptions = Pick<LedgerCommand, 'settings' | 'context' | 'terminal'>;

/**
 * The way that the settings name, with what there is to say about it said. Nothing is opened. A setting that
 * starts the built-in sandbox for edits does not count: a new sandbox knows no earlier request.
 *
 * @throws FalEditError (usage, auth)
 */
export function reachFal({ settings, context, terminal }: ReachOptions): Reach {
  const values = Object.fromEntries(Object.entries(settings.values).filter(([name]) => name !== SANDBOX));
  const connection = readConnection(settings, context);
  requireKey({ ...settings, values }, connection);
  const warning = proxyWarning(settings, connection);
  if (warning !== undefined) terminal.warn(warning);
  return { connection, via: viaOf(connection, context) };
}

/** The same, found out and warned about when it is first asked for: what is here already needs no key. */
export function reachWhenNeeded(command: ReachOptions): () => Reach {
  let reach: Reach | undefined;
  return () => (reach ??= reachFal(command));
}

/** What to say of a job that was sent another way than fal is reached now; undefined where it was not. */
export function otherWay({ via, requestId, id }: Job, now: string): string | undefined {
  if (via === now) return undefined;
  const asked = now === 'fal' ? 'fal is asked directly' : `the question goes ${wayText(now)}`;
  return `${requestId ?? id} was sent ${wayText(via)}; ${asked} now.`;
}

/**
 * Why fal is not asked about a job: it was sent to a sandbox, and fal would be asked now, or the other way round. Each
 * would call the other's requests unknown to it. Undefined where that is not so.
 */
export function otherBackendError(job: Job, now: string): FalEditError | undefined {
  if (isSandbox(job.via) === isSandbox(now)) return undefined;
  const details = { job: job.id, via: job.via };
  if (!isSandbox(job.via)) {
    return new FalEditError('input', `${nameOf(job)} was sent to fal, and the sandbox knows nothing of it.`, {
      hint: 'Unset FAL_PROXY_URL, and set FAL_KEY to your own key.',
      details,
    });
  }
  const address = job.via.slice(SANDBOX.length + 1);
  return new FalEditError(
    'input',
    `${nameOf(job)} was sent ${wayText(job.via)}, and fal would be asked now. Nothing was charged.`,
    {
      hint: `While that sandbox runs: FAL_PROXY_URL=${address} FAL_KEY=${SANDBOX_KEY} with the same command.`,
      details,
    },
  );
}
