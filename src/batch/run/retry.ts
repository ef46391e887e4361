import type { FalEditError } from '../../errors/error.js';
import { FalAnswerError, stoppedOf } from '../../errors/failures.js';
import { mayHidePicture } from '../../ledger/job.js';
import type { RowWithJob } from '../../ledger/batch/states.js';

/** Which rows that failed in earlier runs are sent again: those where it can help, all, or none. */
export const RETRY_POLICIES = ['temporary', 'all', 'none'] as const;
export type RetryPolicy = (typeof RETRY_POLICIES)[number];

/** Kinds of trouble that lie outside of the row and may be over by now. */
const PASSING: readonly string[] = ['temporary', 'auth', 'account', 'budget', 'interrupted', 'internal'];

/**
 * Whether a row is to be sent in this run.
 *
 * @param again rows that fal has or may have are paid for once more
 * @param held keys of rows that fal could not be asked about, and has to be asked about first
 */
export function isToSend(
  { key, state, job }: RowWithJob,
  policy: RetryPolicy,
  again: boolean,
  held?: ReadonlySet<string>,
): boolean {
  if (held?.has(key) === true) return false;
  if (state === 'pending') return true;
  if (state === 'waiting' || state === 'unknown') return again;
  if (state === 'done' || state === 'unmet' || policy === 'none') return false;
  if (policy === 'all') return true;
  // A second try must not be a second charge without a word of the user's.
  if (job === undefined || job.charged !== 'no' || mayHidePicture(job)) return false;
  const { kind = 'failed', retryable } = job.error ?? {};
  return retryable ?? (state === 'failed' && PASSING.includes(kind));
}

/** Whether fal is to be asked about a row that failed before it is given up or sent again: its picture may be there. */
export function isToAsk({ state, job }: RowWithJob): boolean {
  return state === 'failed' && job !== undefined && mayHidePicture(job);
}

/** Whether a row that was not taken can be sent once more in the same run: nothing was sent, and nobody stopped it. */
export function isWorthAnotherTry(error: FalEditError): boolean {
  const { kind, charged } = error;
  // What was cancelled at its deadline would only run into it again.
  return kind === 'temporary' && charged === 'no' && stoppedOf(error) === undefined;
}

/** fal's errors for a file of the input that it cannot read (fal-api.md 4.1). */
const UNREADABLE = ['file_download_error', 'image_load_error'];

/** Whether fal could not read one of the files, and charged nothing. */
export function isFileRefused(error: FalEditError): boolean {
  if (error.charged !== 'no' || !(error instanceof FalAnswerError)) return false;
  return error.rows.some(({ type }) => UNREADABLE.includes(type));
}
