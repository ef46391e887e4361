import type { Context } from '../context.js';
import { FalEditError, InterruptedError, type FalEditErrorOptions } from '../errors.js';
import { cancelRequest, type CancelOutcome } from '../fal/cancel.js';
import type { Connection } from '../fal/connection.js';
import { openSession, type FalSession } from '../fal/session.js';
import type { Deadline } from './deadline.js';
import { durationText } from './duration.js';
import type { EditPlan } from './plan.js';
import type { EditRecord } from './record.js';

/** A cancel is a courtesy: whoever pressed Ctrl-C does not wait longer than this for it. */
const CANCEL_MS = 5_000;

/** fal's answer is a success and holds no pictures. */
export function noPicturesError(record: EditRecord): FalEditError {
  const units = record.cost.billedUnits;
  return new FalEditError('failed', 'fal says that the edit is done, but its answer holds no picture.', {
    charged: units === 0 ? 'no' : units === null ? 'maybe' : 'yes',
    hint: `Ask fal about request ${record.requestId ?? ''}.`,
    details: { request_id: record.requestId },
  });
}

/**
 * What to tell about an edit that we ended ourselves, by how far it had come. After Ctrl-C, fal is asked to
 * cancel it; after a deadline it is left to finish, since it is probably paid for.
 */
export async function stoppedError(
  plan: EditPlan,
  record: EditRecord,
  { context, connection }: { context: Context; connection: Connection },
  { exchange }: FalSession,
  deadline: Deadline,
  error: unknown,
): Promise<FalEditError> {
  // The client reports the acceptance a moment after the answer is here.
  record.requestId ??= exchange.requestId ?? null;
  const { requestId } = record;
  const interrupted = deadline.reason === 'interrupted';
  const build = (message: string, options: FalEditErrorOptions): FalEditError =>
    interrupted
      ? new InterruptedError(signalOf(context.signal), message, options)
      : new FalEditError('temporary', message, options);
  const what = interrupted ? 'Interrupted' : `Not done within ${durationText(deadline.timeoutMs)}`;

  if (requestId === null) {
    if (exchange.submit.charged === 'no') {
      const trouble =
        exchange.lastTrouble === undefined ? '' : ` (the last trouble: ${exchange.lastTrouble})`;
      return build(`${what}${trouble}. Nothing was sent, nothing is charged.`, { charged: 'no' });
    }
    // Cut off between the submit and its answer: nobody knows, and a deadline has a kind of its own for that.
    if (!interrupted && error instanceof FalEditError) return error;
    return build(`${what} while the edit was being sent: it may have arrived and may be charged.`, {
      charged: 'maybe',
      hint: 'It was not sent again. See whether it arrived: https://fal.ai/dashboard/requests',
    });
  }
  const details = { request_id: requestId };
  if (!interrupted && exchange.hasResult) {
    return build(`${what}. Request ${requestId} is done at fal and charged, but not all of it is here.`, {
      charged: 'yes',
      hint: 'Give it more time with --timeout. fal keeps the result for an hour: https://fal.ai/dashboard/requests',
      details,
    });
  }
  if (!interrupted) {
    const trouble = exchange.lastTrouble === undefined ? '' : ` The last trouble: ${exchange.lastTrouble}.`;
    return build(
      `${what}.${trouble} fal goes on with request ${requestId}, and charges it when it is done.`,
      {
        charged: 'maybe',
        hint: 'Give it more time with --timeout. fal keeps the result for an hour: https://fal.ai/dashboard/requests',
        details,
      },
    );
  }
  const outcome = exchange.hasResult ? 'completed' : await cancelAtFal(plan, requestId, context, connection);
  return build(`${what}. ${CANCELLED[outcome](requestId)}`, {
    charged: outcome === 'completed' ? 'yes' : 'maybe',
    details: { ...details, cancel: outcome },
  });
}

const CANCELLED: Record<CancelOutcome, (id: string) => string> = {
  requested: (id) =>
    `fal was asked to cancel request ${id}: while it is queued that costs nothing; if it already runs, it may still finish and be charged.`,
  completed: (id) => `Request ${id} was already done at fal, and is charged.`,
  'not-found': (id) => `fal does not know request ${id} any more; it may have been charged.`,
  unreachable: (id) => `fal could not be asked to cancel request ${id}: it may finish and be charged.`,
};

/** Asks over a connection of its own, since the run's signal is spent. */
async function cancelAtFal(
  plan: EditPlan,
  requestId: string,
  context: Context,
  connection: Connection,
): Promise<CancelOutcome> {
  const { client } = openSession({
    connection,
    context,
    signal: AbortSignal.timeout(CANCEL_MS),
    nameField: String,
  });
  return cancelRequest(client, plan.model.endpoint, requestId);
}

function signalOf(signal: AbortSignal): 'SIGINT' | 'SIGTERM' {
  return signal.reason instanceof InterruptedError ? signal.reason.signal : 'SIGINT';
}
