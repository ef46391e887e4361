import type { FalEditError } from '../../errors/error.js';
import type { Job } from '../../ledger/job.js';

/** Finding about one job; the job is as the ledger has it afterwards. */
export type Finding =
  /** fal accepted it: its request id is in the ledger. fal accepted the duplicates too, and charges them. */
  | { outcome: 'accepted'; job: Job; duplicates: Job[] }
  /** fal has no such request: nothing is charged, and it may be run again. */
  | { outcome: 'not_accepted'; job: Job }
  | { outcome: 'not_yet_known'; job: Job; why: Uncertainty }
  /** Its process is at work on it. */
  | { outcome: 'in_flight'; job: Job }
  /** It was sent to the built-in sandbox, whose world ended with its run. */
  | { outcome: 'sandbox'; job: Job };

/** Why nothing can be concluded about a job. It stays as it was. */
export type Uncertainty =
  /** fal's history may not list it yet. Milliseconds since the epoch. */
  | { reason: 'settling'; askAgainAt: number }
  /** How long ago it was sent cannot be told: fal's answers carry no date, or our clock was put back since. */
  | { reason: 'no_clock' }
  /** Another process is sending this input, so fal's list may show its request. */
  | { reason: 'being_sent'; by: Job }
  /** fal kept too little of the input of these requests to tell whether they are the job's. */
  | { reason: 'no_inputs'; requestIds: string[] }
  /** It was sent longer ago than fal remembers. */
  | { reason: 'too_old' }
  /** It was sent another way than fal was asked: that may be another fal. */
  | { reason: 'another_way' }
  /** fal's history could not be read. */
  | { reason: 'no_answer'; error: FalEditError };

/** Whether the outcome of the job is unknown; true also for one that was given up because fal has no request for it. */
export function isOpen({ state, reason }: Job): boolean {
  if (state === 'rejected') return reason === 'no_such_request';
  return state === 'intent' || state === 'unknown';
}
