import type { Context } from '../context.js';
import type { FalAccess } from '../fal/connection.js';
import type { Route } from '../fal/route.js';
import type { Ledger } from '../ledger/ledger.js';

/** Where an edit runs. Made once, by the command or the library, and handed down as it is. */
export interface EditEnv {
  context: Context;
  ledger: Ledger;
  route: Route;
  /** Called with each request and each problem on the way, for `--debug`. Never gets the key. */
  trace?: ((line: string) => void) | undefined;
}

/** Access to fal from an environment. @param signal ends the requests; Ctrl-C does if absent */
export function accessOf(
  { context, route, trace }: Omit<EditEnv, 'ledger'>,
  signal = context.signal,
): FalAccess & { context: Context } {
  return { connection: route.connection, context, signal, trace };
}
