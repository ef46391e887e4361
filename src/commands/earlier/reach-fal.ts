import { viaOf, wayText } from '../../edit/backend.js';
import type { Connection } from '../../fal/connection.js';
import type { Job } from '../../ledger/job.js';
import { FalEditError } from '../../errors.js';
import { SANDBOX_KEY } from '../../fal/connection.js';
import { isSandbox, SANDBOX } from '../../ledger/spending.js';
import { nameOf } from './job-state.js';
import { proxyWarning, readConnection, requireKey } from '../connect.js';
import type { LedgerCommand } from './ledger-command.js';

/** Connection to fal for a command about earlier edits. */
export interface Reach {
  connection: Connection;
  /** As the ledger calls it. */
  via: string;
}

type ReachOptions = Pick<LedgerCommand, 'settings' | 'context' | 'terminal'>;

/**
 * Reads the connection from the settings, and prints its warnings. Opens nothing. Ignores settings that start the
 * built-in sandbox for edits, since a new sandbox knows no earlier request.
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

/** Reads the connection on first use, since saved edits need no key. */
export function reachWhenNeeded(command: ReachOptions): () => Reach {
  let reach: Reach | undefined;
  return () => (reach ??= reachFal(command));
}

/** Note for a job that was sent through a different connection; undefined if it is the same. */
export function otherWay({ via, requestId, id }: Job, now: string): string | undefined {
  if (via === now) return undefined;
  const asked = now === 'fal' ? 'fal is asked directly' : `the question goes ${wayText(now)}`;
  return `${requestId ?? id} was sent ${wayText(via)}; ${asked} now.`;
}

/**
 * Error for a job that was sent to a sandbox while this run would ask fal, or the other way round: neither knows the
 * other's requests. Undefined for the same backend.
 */
export function otherBackendError(job: Job, now: string): FalEditError | undefined {
  if (isSandbox(job.via) === isSandbox(now)) return undefined;
  const details = { job: job.id, via: job.via };
  if (!isSandbox(job.via)) {
    return new FalEditError('input', `${nameOf(job)} was sent to fal, but this would ask the sandbox.`, {
      hint: 'Unset FAL_PROXY_URL, and set FAL_KEY to your own key.',
      details,
    });
  }
  const address = job.via.slice(SANDBOX.length + 1);
  return new FalEditError(
    'input',
    `${nameOf(job)} was sent ${wayText(job.via)}, but this would ask fal. Nothing was charged.`,
    {
      hint: `If that sandbox still runs, repeat the command with FAL_PROXY_URL=${address} FAL_KEY=${SANDBOX_KEY}.`,
      details,
    },
  );
}
