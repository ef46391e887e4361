import type { FalEditError } from '../../errors/error.js';
import { FalAnswerError, stoppedOf } from '../../errors/failures.js';
import { mayHidePicture } from '../../ledger/job.js';
import type { RowWithJob } from '../../ledger/batch/states.js';

/** Which rows that failed in earlier runs are sent again: those that may succeed now, all, or none. */
export const RETRY_POLICIES = ['temporary', 'all', 'none'] as const;
export type RetryPolicy = (typeof RETRY_POLICIES)[number];

/** Kinds of error that are not caused by the row, and may be over by now. */
const PASSING: readonly string[] = ['temporary', 'auth', 'account', 'budget', 'interrupted', 'internal'];

/**
 * Whether to send a row in this run.
 *
 * @param again pay again for rows that fal has or may have
 * @param held keys of rows that fal could not be asked about, and must be asked about first
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
  // A retry must not charge twice without the user's consent.
  if (job === undefined || job.charged !== 'no' || mayHidePicture(job)) return false;
  const { kind = 'failed', retryable } = job.error ?? {};
  return retryable ?? (state === 'failed' && PASSING.includes(kind));
}

/** Whether to ask fal about a failed row before it is sent again or given up: its picture may exist. */
export function isToAsk({ state, job }: RowWithJob): boolean {
  return state === 'failed' && job !== undefined && mayHidePicture(job);
}

/** Whether to retry a row that was not accepted, in the same run: nothing was sent, and nobody stopped it. */
export function isWorthAnotherTry(error: FalEditError): boolean {
  const { kind, charged } = error;
  // A row cancelled at its deadline would only reach it again.
  return kind === 'temporary' && charged === 'no' && stoppedOf(error) === undefined;
}

/** fal's errors for an input file that it cannot read (fal-api.md 4.1). */
const UNREADABLE = ['file_download_error', 'image_load_error'];

/** Whether fal could not read an input file, and charged nothing. */
export function isFileRefused(error: FalEditError): boolean {
  if (error.charged !== 'no' || !(error instanceof FalAnswerError)) return false;
  return error.rows.some(({ type }) => UNREADABLE.includes(type));
}
