import type { NextSteps } from '../../edit/next-steps.js';
import { FalEditError, type Charged } from '../../errors/error.js';
import type { ErrorKind } from '../../exit-codes.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isAbandoned } from '../../ledger/lookup.js';
import { isSandbox, SANDBOX } from '../../ledger/spending.js';
import { nameOf } from './job-state.js';

/** Error for a job that has nothing to fetch: it is not at fal, or ended without all of its pictures. */
export function endedError(ledger: Ledger, job: Job, nextSteps: NextSteps): FalEditError {
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
      return build('input', `${id} was never sent: its run ended first. Nothing was charged.`, 'no');
    }
  }
  if (state === 'intent' || state === 'unknown') {
    return build(
      'unknown',
      `${id} may have been sent${sandbox ? '' : ' and may be charged'}; the outcome is unknown.`,
      'maybe',
      nextSteps.check(id),
    );
  }
  const why = error === undefined ? '' : `: ${error.message}`;
  // The run that sent it was interrupted, not this one.
  const kind = error === undefined || error.kind === 'interrupted' ? 'failed' : error.kind;
  return build(kind, `${nameOf(job)} ${WORDS[state] ?? `is ${state}`}${why === '' ? '.' : why}`, job.charged);
}

/** Error for a job of the built-in sandbox, which ended with its run. */
export function sandboxEndedError(job: Job): FalEditError {
  return new FalEditError(
    'input',
    `${nameOf(job)} was sent to the built-in sandbox, which ended with its run. Nothing was charged.`,
    { hint: 'Run the edit again.', details: { job: job.id, via: SANDBOX } },
  );
}

const ASK_AGAIN = 'Try again in a moment.';

const WORDS: Partial<Record<Job['state'], string>> = {
  rejected: 'was rejected by fal',
  failed: 'failed',
  moderated: 'was stopped by the content checker',
  cancelled: 'was cancelled',
};
