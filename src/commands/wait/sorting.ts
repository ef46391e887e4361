import { adoptableRequest } from '../../edit/adopt.js';
import { areInPlace, keptPictures } from '../../edit/in-place.js';
import { statusAt } from '../../edit/ask-fal.js';
import { recordOfJob } from '../../edit/record.js';
import { withTimeout } from '../../edit/with-timeout.js';
import { asFalEditError, FalEditError } from '../../errors.js';
import { saysGone } from '../../fal/unreachable.js';
import { isAwaited, mayHidePicture, type Job } from '../../ledger/job.js';
import { SANDBOX } from '../../ledger/spending.js';
import { endWithSandbox } from '../../ledger/sandbox-jobs.js';
import { nextStepsFor, type Found } from '../earlier/batch-folders.js';
import { endedError, sandboxEndedError } from '../earlier/ended-job.js';
import { nameOf } from '../earlier/job-state.js';
import { traceTo, type LedgerCommand } from '../earlier/ledger-command.js';
import type { UnknownRequest } from '../earlier/named-request.js';
import { otherBackendError, otherWay, type Reach } from '../earlier/reach-fal.js';
import type { WaitOptions } from './options.js';
import type { Waited } from './waited.js';

/** Result of a job without asking fal; undefined if fal has to be asked. */
export async function withoutFal(
  { job, batch }: Found,
  { output }: WaitOptions,
  { ledger, context }: LedgerCommand,
): Promise<Waited | undefined> {
  const record = { ...recordOfJob(job), images: keptPictures(job) };
  const one = { name: nameOf(job), record, already: false };
  if (job.state === 'saved') {
    if (output === undefined && (await areInPlace(job))) return { ...one, error: undefined, already: true };
  } else if (!isAwaited(job.state) && !mayHidePicture(job)) {
    return { ...one, error: endedError(ledger, job, nextStepsFor(batch, context.cwd)) };
  }
  if (job.via !== SANDBOX) return undefined;
  endWithSandbox(ledger, job);
  return { ...one, error: sandboxEndedError(job) };
}

/**
 * Handles a job that was sent through a different connection. This run may reach another fal or account, which does
 * not know the job; that must not write it off, so it is looked up first.
 */
export async function whereItWas(
  { job, batch }: Found,
  { connection, via }: Reach,
  { timeoutMs }: WaitOptions,
  { context, terminal }: LedgerCommand,
): Promise<Job | Waited> {
  const other = otherWay(job, via);
  if (other === undefined || job.result !== undefined) return job;
  const error = otherBackendError(job, via);
  if (error !== undefined) return { name: nameOf(job), record: recordOfJob(job), already: false, error };
  terminal.warn(other);
  const { endpoint, requestId = '' } = job;
  try {
    await withTimeout(timeoutMs, context, (signal) =>
      statusAt({ endpoint, requestId }, { connection, context, signal, trace: traceTo(terminal) }),
    );
    return job;
  } catch (error) {
    const failure = asFalEditError(error);
    const way = job.via === 'fal' ? 'without a proxy' : `with --proxy-url ${job.via}`;
    return {
      name: nameOf(job),
      record: recordOfJob(job),
      already: false,
      error: saysGone(failure)
        ? new FalEditError(failure.kind, failure.message, {
            charged: 'maybe',
            hint: `Run this again ${way}, as it was sent. ${nextStepsFor(batch, context.cwd).fetch(requestId)}`,
            details: failure.details,
            origin: failure,
          })
        : failure,
    };
  }
}

/** Adds a request to the ledger. */
export async function adopt(
  { requestId, model }: UnknownRequest,
  { connection, via }: Reach,
  { timeoutMs }: WaitOptions,
  { context, terminal, ledger }: LedgerCommand,
): Promise<Job | Waited> {
  try {
    const request = await withTimeout(timeoutMs, context, (signal) =>
      adoptableRequest(requestId, model, { connection, context, signal, trace: traceTo(terminal) }),
    );
    return ledger.adopt({ ...request, via });
  } catch (error) {
    return { name: requestId, record: undefined, error: asFalEditError(error), already: false };
  }
}
