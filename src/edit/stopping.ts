/*
 * Ends an edit early: at the deadline, or on an interrupt. An edit that runs at fal can be fetched later; only one that
 * still waits in fal's queue is cancelled, since that is free.
 */
import {
  FalEditError,
  InterruptedError,
  messageOf,
  type FalEditErrorOptions,
  type InterruptSignal,
  type Stopped,
} from '../errors/error.js';
import { durationText } from '../units.js';
import { DeadlineError } from '../errors/failures.js';
import type { FalSession } from '../fal/queue/session.js';
import type { Deadline } from '../deadline.js';
import type { Journal } from './journal.js';
import type { EditRecord } from './record.js';
import { stopAtFal, type Stoppable, type StopOutcome } from './stop-at-fal.js';

export interface StopOptions {
  /** At the deadline, ask fal to cancel the edit instead of leaving it to be fetched later. */
  cancelOnTimeout?: boolean | undefined;
  /** Ctrl-C only ends the waiting: another command put the request in fal's queue, to stay there. */
  leaveWhenInterrupted?: boolean | undefined;
}

/** An edit under its deadline. */
export interface Stopping extends Stoppable {
  record: Pick<EditRecord, 'requestId' | 'sandbox'>;
  journal: Journal;
  session: FalSession;
  deadline: Deadline;
  options: StopOptions;
}

/** The error for an edit that was stopped, according to its state, after asking fal. */
export async function stoppedError(life: Stopping, error: unknown): Promise<FalEditError> {
  const { record, journal, session, deadline, env, options } = life;
  const { exchange } = session;
  const interrupted = deadline.reason === 'interrupted';
  const build = (message: string, more: FalEditErrorOptions, outcome?: Stopped): FalEditError =>
    interrupted
      ? new InterruptedError(signalOf(env.context.signal), message, more, outcome)
      : new DeadlineError(message, outcome, more);
  const what = interrupted ? 'Interrupted' : `Not done within ${durationText(deadline.timeoutMs)}`;
  const trouble = exchange.lastTrouble === undefined ? '' : ` (last problem: ${exchange.lastTrouble})`;

  const { requestId, sandbox } = record;
  const atFal = (words: string): string => (sandbox ? '' : words);
  if (requestId === null) {
    if (exchange.submit.charged === 'no') {
      return build(`${what}${trouble}. Nothing was sent, and nothing is charged.`, { charged: 'no' });
    }
    // Cut off between the submit and its answer: the outcome is unknown, and a deadline has its own kind for it.
    if (!interrupted && error instanceof FalEditError) return error;
    return build(
      `${what} while the edit was being sent: it may have arrived${atFal(' and may be charged')}.`,
      {
        charged: 'maybe',
        hint: `It was not sent again. ${journal.recovery}`,
        details: { job: journal.jobId },
      },
    );
  }
  const details = { request_id: requestId, job: journal.jobId };
  const fetch = journal.nextSteps.fetch(requestId);
  if (exchange.hasResult || journal.state === 'completed') {
    return build(
      `${what}. Request ${requestId} is finished${atFal(' and charged')}, but not fully downloaded.`,
      {
        charged: 'yes',
        hint: fetch,
        details,
      },
    );
  }
  if (exchange.ended === 'completed' || exchange.resultBegan) {
    // Without a result, the model may have failed.
    const isCharged = exchange.resultBegan;
    const bill = atFal(`; it ${isCharged ? 'is' : 'may be'} charged`);
    return build(
      `${what}${trouble}. Request ${requestId} is finished, but its result could not be fetched${bill}.`,
      { charged: isCharged ? 'yes' : 'maybe', hint: fetch, details },
    );
  }
  const leaves = interrupted ? options.leaveWhenInterrupted === true : options.cancelOnTimeout !== true;
  if (leaves) {
    return build(
      `${what}${trouble}. Request ${requestId} continues at fal${atFal(' and is charged when it finishes')}.`,
      {
        charged: 'maybe',
        hint: interrupted ? fetch : `${fetch}. Or allow more time with --timeout.`,
        details,
      },
    );
  }
  const { stopped, charged } = await stopAtFal(life, { evenRunning: !interrupted });
  const more: FalEditErrorOptions = {
    charged,
    ...(stopped === 'cancelled' ? {} : { hint: fetch }),
    details: { ...details, cancel: stopped },
    origin: messageOf(error),
  };
  return build(`${what}. ${stoppedText(requestId, { stopped, charged }, sandbox)}`, more, stopped);
}

/** Outcome of stopping a request, as a sentence. @param sandbox nothing is charged */
function stoppedText(id: string, { stopped, charged }: StopOutcome, sandbox: boolean): string {
  const atFal = (words: string): string => (sandbox ? '' : words);
  switch (stopped) {
    case 'cancelled':
      return charged === 'no'
        ? `Request ${id} was cancelled at fal: nothing is charged.`
        : `Request ${id} was cancelled at fal while it ran${atFal(' and may be charged')}.`;
    case 'requested':
      return `fal was asked to cancel request ${id}, but it may already be running: it may still finish${atFal(' and be charged')}.`;
    case 'running':
      return `Request ${id} is running at fal${atFal(' and is charged when it finishes')}.`;
    case 'completed':
      return `Request ${id} had already finished${atFal(' and is charged')}.`;
    case 'not-found':
      return `fal no longer knows request ${id}${atFal('; it may have been charged')}.`;
    case 'unreachable':
      return `fal could not be asked about request ${id}: it may finish${atFal(' and be charged')}.`;
  }
}

/** The signal that stopped the program. */
export function signalOf(signal: AbortSignal): InterruptSignal {
  return signal.reason instanceof InterruptedError ? signal.reason.signal : 'SIGINT';
}
