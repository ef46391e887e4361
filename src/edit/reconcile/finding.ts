import type { FalEditError } from '../../errors/error.js';
import type { Job } from '../../ledger/job.js';

/** Finding about one job. The job is as it now is in the ledger. */
export type Finding =
  /** fal accepted it: its request id is in the ledger. fal accepted the duplicates too, and charges them. */
  | { outcome: 'accepted'; job: Job; duplicates: Job[] }
  /** fal has no such request: nothing is charged, and it may be run again. */
  | { outcome: 'not_accepted'; job: Job }
  | { outcome: 'not_yet_known'; job: Job; why: Uncertainty }
  /** Its process is working on it. */
  | { outcome: 'in_flight'; job: Job }
  /** It was sent to the built-in sandbox, which ended with its run. */
  | { outcome: 'sandbox'; job: Job };

/** Why nothing can be concluded about a job. It stays as it was. */
export type Uncertainty =
  /** fal's history may not list it yet. Milliseconds since the epoch. */
  | { reason: 'settling'; askAgainAt: number }
  /** It is unknown how long ago it was sent: fal's answers have no date, or our clock was set back since. */
  | { reason: 'no_clock' }
  /** Another process is sending this input, so fal's list may show its request. */
  | { reason: 'being_sent'; by: Job }
  /** fal kept too little of the input of these requests to compare them with the job. */
  | { reason: 'no_inputs'; requestIds: string[] }
  /** It was sent longer ago than fal's history goes back. */
  | { reason: 'too_old' }
  /** It was sent through another route than the one used now, which may lead to another fal. */
  | { reason: 'another_way' }
  /** fal's history could not be read. */
  | { reason: 'no_answer'; error: FalEditError };

/** Whether the outcome of the job is unknown, or it was given up because fal has no request for it. */
export function isOpen({ state, reason }: Job): boolean {
  if (state === 'rejected') return reason === 'no_such_request';
  return state === 'intent' || state === 'unknown';
}
