import type { EditEnv } from '../../edit/env.js';
import type { Route } from '../../fal/route.js';
import { SANDBOX } from '../../ledger/spending.js';
import { proxyWarning, readRoute, requireKey, traceTo } from '../connect.js';
import type { LedgerCommand } from './ledger-command.js';

type Reaching = Pick<LedgerCommand, 'settings' | 'context' | 'terminal' | 'ledger'>;

/**
 * Reads the way to fal for a command about earlier edits, and prints its warnings. Opens nothing.
 *
 * @throws FalEditError (usage, auth)
 */
export function reachFal(command: Reaching): EditEnv {
  const route = readEarlierRoute(command);
  requireKey(withoutBuiltIn(command), route);
  warnOfProxy(command, route);
  return envOf(command, route);
}

/** Reads the way to fal on first use, since saved edits need no key. */
export function reachWhenNeeded(command: Reaching): () => EditEnv {
  let env: EditEnv | undefined;
  return () => (env ??= reachFal(command));
}

export function envOf({ context, ledger, terminal }: Reaching, route: Route): EditEnv {
  return { context, ledger, route, trace: traceTo(terminal) };
}

/** @throws FalEditError (usage, auth) */
export function readEarlierRoute(command: Reaching): Route {
  return readRoute(withoutBuiltIn(command), command.context);
}

export function warnOfProxy({ settings, terminal }: Reaching, { connection }: Route): void {
  const warning = proxyWarning(settings, connection);
  if (warning !== undefined) terminal.warn(warning);
}

/** The settings that start the built-in sandbox are for edits: a new sandbox knows no earlier request. */
function withoutBuiltIn({ settings }: Reaching): Reaching['settings'] {
  const values = Object.entries(settings.values).filter(([name]) => name !== SANDBOX);
  return { ...settings, values: Object.fromEntries(values) };
}
