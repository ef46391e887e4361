import { adoptableRequest } from '../../edit/adopt.js';
import { goneAt } from '../../edit/ask-fal.js';
import { withTimeout, type EditEnv } from '../../edit/env.js';
import { keptPictures, recordOfJob } from '../../edit/record.js';
import { areIntact } from '../../edit/pictures/save.js';
import { asFalEditError, FalEditError } from '../../errors/error.js';
import { asItWasSent, otherBackendError, otherRouteText } from '../../fal/route.js';
import { isAwaited, mayHidePicture, type Job } from '../../ledger/job.js';
import { SANDBOX } from '../../ledger/spending.js';
import { endWithSandbox } from '../../ledger/sandbox-jobs.js';
import { nextStepsFor, type Found } from '../earlier/batch-folders.js';
import { endedError, sandboxEndedError } from '../earlier/ended-job.js';
import { nameOf } from '../earlier/job-state.js';
import type { LedgerCommand } from '../earlier/ledger-command.js';
import type { UnknownRequest } from '../earlier/named-request.js';
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
    if (output === undefined && (await areIntact(job))) return { ...one, error: undefined, already: true };
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
  env: EditEnv,
  { timeoutMs }: WaitOptions,
  { context, terminal }: LedgerCommand,
): Promise<Job | Waited> {
  const other = otherRouteText(job, env.route);
  if (other === undefined || job.result !== undefined) return job;
  const failed = (error: FalEditError): Waited => ({
    ...{ name: nameOf(job), record: recordOfJob(job), already: false, error },
  });
  const refusal = otherBackendError(job, env.route);
  if (refusal !== undefined) return failed(refusal);
  terminal.warn(other);
  const { endpoint, requestId = '' } = job;
  try {
    const gone = await withTimeout(timeoutMs, env, (access) => goneAt({ endpoint, requestId }, access));
    if (gone === undefined) return job;
    const fetch = nextStepsFor(batch, context.cwd).fetch(requestId);
    const hint = `Run this again ${asItWasSent(job)}, as it was sent. ${fetch}`;
    return failed(gone.with({ hint }));
  } catch (error) {
    return failed(asFalEditError(error));
  }
}

/** Adds a request to the ledger. */
export async function adopt(
  { requestId, model }: UnknownRequest,
  env: EditEnv,
  { timeoutMs }: WaitOptions,
): Promise<Job | Waited> {
  try {
    const request = await withTimeout(timeoutMs, env, (access) =>
      adoptableRequest(requestId, model, { ...access, context: env.context }),
    );
    return env.ledger.adopt({ ...request, via: env.route.via });
  } catch (error) {
    return { name: requestId, record: undefined, error: asFalEditError(error), already: false };
  }
}
