import type { Context } from '../context.js';
import { FalEditError } from '../errors.js';
import type { Connection } from '../fal/connection.js';
import { openSession } from '../fal/session.js';
import { parseStatus, type QueueStatus } from '../fal/status-events.js';

/** How fal is asked about a request that it was sent earlier. */
export interface LookOptions {
  connection: Connection;
  context: Context;
  signal: AbortSignal;
  trace?: ((line: string) => void) | undefined;
}

/** A request at fal. */
export interface AtFal {
  endpoint: string;
  requestId: string;
}

/**
 * One look at what fal's queue says of a request. Changes nothing.
 *
 * @throws FalEditError (failed): fal does not know it (see `saysGone`); (auth, temporary): it cannot be asked
 */
export async function lookAt({ endpoint, requestId }: AtFal, options: LookOptions): Promise<QueueStatus> {
  const { client } = sessionAt(requestId, options);
  const status = parseStatus(await client.queue.status(endpoint, { requestId, logs: false }));
  if (status !== undefined) return status;
  throw new FalEditError('temporary', `fal's status of request ${requestId} cannot be read.`);
}

/** A session that can only read. */
export function sessionAt(
  requestId: string,
  { connection, context, signal, trace }: LookOptions,
): ReturnType<typeof openSession> {
  return openSession({
    connection,
    context,
    signal,
    nameField: String,
    requestId,
    ...(trace === undefined ? {} : { trace }),
  });
}
