import type { GoingOn } from '../../edit/going-on.js';
import { FalEditError, type Charged } from '../../errors.js';
import type { ErrorKind } from '../../exit-codes.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isAbandoned } from '../../ledger/lookup.js';
import { isSandbox, SANDBOX } from '../../ledger/spending.js';
import { nameOf } from './job-state.js';

/** Why there is nothing to be had from a job: it is not at fal, or came to an end without all of its pictures. */
export function endedError(ledger: Ledger, job: Job, goingOn: GoingOn): FalEditError {
  const { state, id, error } = job;
  const details = { job: id, ...(job.requestId === undefined ? {} : { request_id: job.requestId }) };
  const sandbox = isSandbox(job.via);
  const build = (kind: ErrorKind, message: string, charged: Charged, hint?: string): FalEditError =>
    new FalEditError(kind, message, {
      charged: sandbox ? 'no' : charged,
      hint,
      details: { ...details, state },
    });
  if (state === 'planned' || state === 'intent') {
    const owner = isAbandoned(ledger, job) ? undefined : job.owner;
    if (owner !== undefined && state === 'planned') {
      return build('temporary', `${id} is about to be sent by process ${owner.pid}.`, 'no', ASK_AGAIN);
    }
    if (owner !== undefined) {
      return build('unknown', `${id} is being sent right now by process ${owner.pid}.`, 'maybe', ASK_AGAIN);
    }
    if (state === 'planned') {
      return build('input', `${id} was never sent: its run ended before. Nothing was charged.`, 'no');
    }
  }
  if (state === 'intent' || state === 'unknown') {
    return build(
      'unknown',
      `${id} may have been sent${sandbox ? '' : ' and may be charged'}; what came of it is not known.`,
      'maybe',
      goingOn.findOut(id),
    );
  }
  const why = error === undefined ? '' : `: ${error.message}`;
  // What was interrupted is the run that sent it, not this one.
  const kind = error === undefined || error.kind === 'interrupted' ? 'failed' : error.kind;
  return build(kind, `${nameOf(job)} ${WORDS[state] ?? `is ${state}`}${why === '' ? '.' : why}`, job.charged);
}

/** A job of the built-in sandbox cannot be asked for: that one ended with the run that started it. */
export function sandboxEndedError(job: Job): FalEditError {
  return new FalEditError(
    'input',
    `${nameOf(job)} was sent to the built-in sandbox, which ended with its run. Nothing was charged.`,
    { hint: 'Run the edit again.', details: { job: job.id, via: SANDBOX } },
  );
}

const ASK_AGAIN = 'Ask again in a moment.';

const WORDS: Partial<Record<Job['state'], string>> = {
  rejected: 'was not taken by fal',
  failed: 'failed',
  moderated: 'was stopped by the content checker',
  cancelled: 'was cancelled',
};
