import type { FalAccess } from '../connection.js';
import type { RejectionContext } from '../rejection.js';
import type { SubmitJournal, SubmitOnce } from './submit-once.js';

export interface SessionOptions extends FalAccess {
  /** The user's name for a field of fal's input. */
  nameField: RejectionContext['nameField'];
  /** Where a submit is recorded. A session without it can only read and upload. */
  journal?: SubmitJournal;
  /** The model's full id, for looking up fal's history. */
  endpoint: string;
  /** The request that the session is about, if it was submitted before. */
  requestId?: string | undefined;
}

/** Facts that the client drops and we need: state of the submit, ids, headers, the latest problem. */
export interface Exchange {
  readonly submit: SubmitOnce;
  requestId: string | undefined;
  /** From the result's `x-fal-billable-units` (fal-api.md 5.3). */
  billableUnits: number | undefined;
  /** `status` of fal's answer to a cancel, which the client drops. */
  cancelAnswer: string | undefined;
  /** How the request ended, according to fal's status; undefined until it has ended. */
  ended: 'failed' | 'completed' | undefined;
  /** Whether fal began to send the result: the edit is done and paid for, though the answer may be incomplete. */
  resultBegan: boolean;
  /** Whether fal's answer with the pictures arrived: the edit is done and paid for. */
  hasResult: boolean;
  /** Why the first failed upload failed; for one in parts, the client only says that it failed (fal-api.md 3.2). */
  uploadFailure: unknown;
  /** Why waiting for the result ended early; the client keeps only the message. */
  waitFailure: unknown;
  /** The latest problem in words, for the message of a deadline; undefined while all is well. */
  lastTrouble: string | undefined;
}
