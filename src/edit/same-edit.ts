/*
 * INVARIANT: when the same command runs several times at once, only one process sends the edit; the ledger decides
 * which one, in one transaction (Ledger.begin). The others wait here for its outcome, and send nothing meanwhile.
 */
import { FalEditError, InterruptedError, type FalEditErrorOptions } from '../errors/error.js';
import type { Job, JobState } from '../ledger/job.js';
import { isAbandoned } from '../ledger/lookup.js';
import type { Deadline } from '../deadline.js';
import { durationText } from '../units.js';
import type { EditEnv } from './env.js';
import { signalOf } from './stopping.js';

/** Time between two checks of the ledger, in milliseconds. */
const POLL_MS = 200;

const UNDER_WAY: readonly JobState[] = ['planned', 'intent', 'accepted', 'completed'];

/**
 * Waits until the process that works on a job has ended it or released it, or is gone.
 *
 * @returns the job at that time; with an error (temporary, interrupted) if the wait ended first, while the other
 * process continues
 */
export async function waitForOther(
  job: Job,
  deadline: Deadline,
  { ledger, context }: EditEnv,
): Promise<{ job: Job; error: FalEditError | undefined }> {
  let now = job;
  try {
    while (UNDER_WAY.includes(now.state) && !isAbandoned(ledger, now)) {
      await context.sleep(POLL_MS, deadline.signal);
      now = ledger.mustFind(job.id);
    }
    return { job: now, error: undefined };
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    return { job: now, error: stillBusyError(now, deadline, context) };
  }
}

function stillBusyError(
  { id, state, requestId, owner }: Job,
  deadline: Deadline,
  { signal }: EditEnv['context'],
): FalEditError {
  const who = `process ${owner?.pid ?? ''} is still running this same edit (job ${id})`;
  const more: FalEditErrorOptions = {
    charged: state === 'planned' ? 'no' : state === 'completed' ? 'yes' : 'maybe',
    hint:
      requestId === undefined
        ? `See its progress: fal-edit status ${id}`
        : `Fetch it at no extra cost: fal-edit wait ${requestId}`,
    details: { job: id, ...(requestId === undefined ? {} : { request_id: requestId }) },
  };
  if (deadline.reason === 'interrupted') {
    return new InterruptedError(signalOf(signal), `Interrupted; ${who}.`, more);
  }
  return new FalEditError('temporary', `Not done within ${durationText(deadline.timeoutMs)}: ${who}.`, more);
}

/** The error that a job ended with, as recorded by the run that sent it. */
export function sameEndError({ id, state, requestId, error, charged }: Job): FalEditError {
  const kind = error === undefined || error.kind === 'interrupted' ? 'failed' : error.kind;
  const what = error?.message ?? `The edit ended as ${state}.`;
  return new FalEditError(kind, `${what} (Job ${id}, sent by another run of this same command.)`, {
    charged,
    details: { job: id, ...(requestId === undefined ? {} : { request_id: requestId }) },
  });
}
