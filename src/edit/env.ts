import type { Context } from '../context.js';
import { Deadline } from '../deadline.js';
import { FalEditError } from '../errors/error.js';
import type { FalAccess } from '../fal/connection.js';
import type { Route } from '../fal/route.js';
import type { Ledger } from '../ledger/ledger.js';
import { durationText } from '../units.js';

/** Environment of an edit. Made once, by the command or the library, and passed down unchanged. */
export interface EditEnv {
  context: Context;
  ledger: Ledger;
  route: Route;
  /** Called with each request and each problem on the way, for `--debug`. Never gets the key. */
  trace?: ((line: string) => void) | undefined;
}

/** Access to fal from an environment. @param signal ends the requests; Ctrl-C if absent */
export function accessOf(
  { context, route, trace }: Omit<EditEnv, 'ledger'>,
  signal = context.signal,
): FalAccess & { context: Context } {
  return { connection: route.connection, context, signal, trace };
}

/**
 * Runs free requests under the user's deadline.
 *
 * @param timeoutMs milliseconds
 * @throws FalEditError (temporary, interrupted), and the requests' own errors
 */
export async function withTimeout<T>(
  timeoutMs: number,
  env: Omit<EditEnv, 'ledger'>,
  ask: (access: FalAccess) => Promise<T>,
): Promise<T> {
  const { signal } = env.context;
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return await ask(accessOf(env, deadline.signal));
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    signal.throwIfAborted();
    throw new FalEditError('temporary', `fal did not answer within ${durationText(timeoutMs)}.`, {
      charged: 'maybe',
      hint: 'Try again, or allow more time with --timeout.',
      origin: error,
    });
  } finally {
    deadline.close();
  }
}
