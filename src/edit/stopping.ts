/*
 * An edit that we end ourselves: at the deadline, or because a person said so. What is at fal stays there to be
 * fetched; only what still waits in fal's queue is taken out of it, since that costs nothing.
 */
import {
  FalEditError,
  InterruptedError,
  messageOf,
  type FalEditErrorOptions,
  type InterruptSignal,
} from '../errors.js';
import { durationText } from './duration.js';
import type { FalSession } from '../fal/session.js';
import type { Deadline } from './deadline.js';
import type { Journal } from './journal.js';
import type { EditRecord } from './record.js';
import { stopAtFal, type Stoppable, type StopOutcome } from './stop-at-fal.js';

/** An edit under its deadline. */
export interface Stopping extends Stoppable {
  record: Pick<EditRecord, 'requestId' | 'sandbox'>;
  journal: Journal;
  session: FalSession;
  deadline: Deadline;
  options: Stoppable['options'] & {
    cancelOnTimeout?: boolean | undefined;
    leaveWhenInterrupted?: boolean | undefined;
  };
}

/** What to tell about an edit that was stopped, by how far it had come, after fal was asked what can be asked. */
export async function stoppedError(life: Stopping, error: unknown): Promise<FalEditError> {
  const { record, journal, session, deadline, options } = life;
  const { exchange } = session;
  const interrupted = deadline.reason === 'interrupted';
  const build = (message: string, more: FalEditErrorOptions): FalEditError =>
    interrupted
      ? new InterruptedError(signalOf(options.context.signal), message, more)
      : new FalEditError('temporary', message, more);
  const what = interrupted ? 'Interrupted' : `Not done within ${durationText(deadline.timeoutMs)}`;
  const trouble = exchange.lastTrouble === undefined ? '' : ` (the last trouble: ${exchange.lastTrouble})`;

  const { requestId, sandbox } = record;
  const atFal = (words: string): string => (sandbox ? '' : words);
  if (requestId === null) {
    if (exchange.submit.charged === 'no') {
      return build(`${what}${trouble}. Nothing was sent, nothing is charged.`, { charged: 'no' });
    }
    // Cut off between the submit and its answer: nobody knows, and a deadline has a kind of its own for that.
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
  const fetch = journal.goingOn.fetch(requestId);
  if (exchange.hasResult || journal.state === 'completed') {
    return build(
      `${what}. Request ${requestId} is done at fal${atFal(' and charged')}, but not all of it is here.`,
      {
        charged: 'yes',
        hint: fetch,
        details,
      },
    );
  }
  if (exchange.ended === 'completed' || exchange.resultBegan) {
    // Without the result it may be a model that failed.
    const isCharged = exchange.resultBegan;
    const bill = atFal(`; it ${isCharged ? 'is' : 'may be'} charged`);
    return build(
      `${what}${trouble}. Request ${requestId} is done at fal, but its result could not be fetched${bill}.`,
      { charged: isCharged ? 'yes' : 'maybe', hint: fetch, details },
    );
  }
  const leaves = interrupted ? options.leaveWhenInterrupted === true : options.cancelOnTimeout !== true;
  if (leaves) {
    return build(
      `${what}${trouble}. fal goes on with request ${requestId}${atFal(', and charges it when it is done')}.`,
      {
        charged: 'maybe',
        hint: interrupted ? fetch : `${fetch}. Or give it more time with --timeout.`,
        details,
      },
    );
  }
  const { stopped, charged } = await stopAtFal(life, { evenRunning: !interrupted });
  return build(`${what}. ${stoppedText(requestId, { stopped, charged }, sandbox)}`, {
    charged,
    ...(stopped === 'cancelled' ? {} : { hint: fetch }),
    details: { ...details, cancel: stopped },
    origin: messageOf(error),
  });
}

/** What became of a request that was to be stopped, in a sentence. @param sandbox nothing is charged there */
function stoppedText(id: string, { stopped, charged }: StopOutcome, sandbox: boolean): string {
  const atFal = (words: string): string => (sandbox ? '' : words);
  switch (stopped) {
    case 'cancelled':
      return charged === 'no'
        ? `Request ${id} was cancelled at fal: nothing is charged.`
        : `Request ${id} was cancelled at fal while it ran${atFal(', and may be charged')}.`;
    case 'requested':
      return `fal was asked to cancel request ${id}, but it may already run: it may still finish${atFal(' and be charged')}.`;
    case 'running':
      return `Request ${id} runs at fal${atFal(', and is charged when it is done')}.`;
    case 'completed':
      return `Request ${id} was already done at fal${atFal(', and is charged')}.`;
    case 'not-found':
      return `fal does not know request ${id} any more${atFal('; it may have been charged')}.`;
    case 'unreachable':
      return `fal could not be asked about request ${id}: it may finish${atFal(' and be charged')}.`;
  }
}

/** Which signal stopped the program. */
export function signalOf(signal: AbortSignal): InterruptSignal {
  return signal.reason instanceof InterruptedError ? signal.reason.signal : 'SIGINT';
}
