import type { Context } from '../../context.js';
import type { FalAccess } from '../../fal/connection.js';
import type { CallOf } from '../command.js';
import { isOnSandbox, openRoute, proxyWarning, readRoute, refuseFalseKey, traceTo } from '../connect.js';
import { readTimeout } from '../limits.js';
import type { MODELS_COMMAND } from './command.js';

/** Access to fal for free questions, which need no key. */
export interface FreeAccess extends Omit<FalAccess, 'signal'> {
  context: FalAccess['context'] & Pick<Context, 'signal'>;
  /** Milliseconds in total. */
  timeoutMs: number;
  /** Built-in or standalone. */
  sandbox: boolean;
}

/**
 * Opens the way to fal, asks, and closes it.
 *
 * @throws FalEditError (usage, auth, temporary); what `ask` throws
 */
export async function askFal<T>(
  { settings, context, terminal }: Pick<CallOf<typeof MODELS_COMMAND>, 'settings' | 'context' | 'terminal'>,
  ask: (access: FreeAccess) => Promise<T>,
): Promise<T> {
  const timeoutMs = readTimeout(settings);
  const declared = readRoute(settings, context);
  refuseFalseKey(settings);
  const warning = proxyWarning(settings, declared.connection);
  if (warning !== undefined) terminal.warn(warning);
  // --sandbox may come from the environment, and the result could be mistaken for fal's.
  if (settings.values['sandbox'] === true) terminal.note('Asking the built-in sandbox, not fal.');
  const trace = traceTo(terminal);
  const { route, close } = await openRoute(settings, declared, context);
  const { connection } = route;
  return ask({ connection, context, timeoutMs, trace, sandbox: isOnSandbox(settings) }).finally(close);
}
