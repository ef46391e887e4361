import type { Context } from '../context.js';
import { accessOf, type EditEnv } from './env.js';
import { type Charged, FalEditError, type Stopped } from '../errors/error.js';
import { falStatusOf } from '../errors/failures.js';
import { cancelRequest } from '../fal/queue/cancel.js';
import type { FalSession } from '../fal/queue/session.js';
import { parseStatus, type QueueStatus } from '../fal/answer.js';
import { saysGone } from '../fal/unreachable.js';
import type { Model } from '../models/model.js';
import { sessionAt } from './ask-fal.js';
import type { EditRecord } from './record.js';

/** Outcome of stopping a request, and whether it is charged. */
export interface StopOutcome {
  stopped: Stopped;
  charged: Charged;
}

const CHARGED: Record<Exclude<Stopped, 'cancelled'>, Charged> = {
  requested: 'maybe',
  running: 'maybe',
  completed: 'yes',
  'not-found': 'maybe',
  unreachable: 'maybe',
};

function outcome(stopped: keyof typeof CHARGED): StopOutcome {
  return { stopped, charged: CHARGED[stopped] };
}

/** It was removed from the queue before it ran (fal-api.md 2.5). */
const UNQUEUED: StopOutcome = { stopped: 'cancelled', charged: 'no' };

/** The parts of an edit that are needed to stop it. */
export interface Stoppable {
  model: Pick<Model, 'endpoint'>;
  record: Pick<EditRecord, 'requestId'>;
  journal: { cancelRequested: () => void };
  env: Omit<EditEnv, 'ledger'>;
}

/** A cancel is a courtesy: after Ctrl-C, waiting for all of it takes no longer than this, in milliseconds. */
const PATIENCE_MS = 5_000;
/** Time between two checks whether fal has cancelled it, in milliseconds. */
const POLL_MS = 250;

/**
 * Takes a request out of fal's queue. A running one is stopped only on request: it is mostly charged anyway, and its
 * picture can still be fetched. The outcome is checked: only a confirmed cancel counts.
 */
export async function stopAtFal(
  { model, record, journal, env }: Stoppable,
  { evenRunning }: { evenRunning: boolean },
): Promise<StopOutcome> {
  const { endpoint } = model;
  const requestId = record.requestId ?? '';
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error('fal takes too long')), PATIENCE_MS);
  // A separate session: the run's signal has already been aborted.
  const session = sessionAt({ endpoint, requestId }, accessOf(env, patience.signal));
  try {
    if (!evenRunning) {
      const status = await statusOf(session, endpoint, requestId);
      if (typeof status === 'string') return outcome(status);
      if (status.status === 'IN_PROGRESS') return outcome('running');
      if (status.status === 'COMPLETED') return outcome('completed');
    }
    journal.cancelRequested();
    const answer = await cancelRequest(session, endpoint, requestId);
    if (answer === 'cancelled') return UNQUEUED;
    return answer === 'requested'
      ? await confirm(session, endpoint, requestId, env.context)
      : outcome(answer);
  } catch {
    return outcome('requested');
  } finally {
    clearTimeout(timer);
    patience.abort();
  }
}

async function statusOf(
  { client }: FalSession,
  endpoint: string,
  requestId: string,
): Promise<QueueStatus | 'not-found' | 'unreachable'> {
  try {
    const status = parseStatus(await client.queue.status(endpoint, { requestId, logs: false }));
    return status ?? 'unreachable';
  } catch (error) {
    return saysGone(error) ? 'not-found' : 'unreachable';
  }
}

/** Polls until the request is over, one way or the other. If time runs out, it stays "requested". */
async function confirm(
  session: FalSession,
  endpoint: string,
  requestId: string,
  { sleep }: Pick<Context, 'sleep'>,
): Promise<StopOutcome> {
  for (;;) {
    const status = await statusOf(session, endpoint, requestId);
    // Removed from the queue, and so forgotten.
    if (status === 'not-found') return UNQUEUED;
    if (status === 'unreachable' || status.status === 'IN_PROGRESS') return outcome('requested');
    if (status.status === 'COMPLETED') return endOf(session, endpoint, requestId);
    await sleep(POLL_MS);
  }
}

/** A cancelled request also has a result, 499, which says what it cost (fal-api.md 2.4). */
async function endOf({ client }: FalSession, endpoint: string, requestId: string): Promise<StopOutcome> {
  try {
    await client.queue.result(endpoint, { requestId });
    return outcome('completed');
  } catch (error) {
    if (!(error instanceof FalEditError)) return outcome('requested');
    if (saysGone(error)) return UNQUEUED;
    if (falStatusOf(error) === 499) return { stopped: 'cancelled', charged: error.charged };
    return outcome('completed');
  }
}
