import type { FalAccess } from '../connection.js';
import type { RejectionContext } from '../rejection.js';
import type { SubmitJournal, SubmitOnce } from './submit-once.js';

export interface SessionOptions extends FalAccess {
  /** The user's name for a field of fal's input. */
  nameField: RejectionContext['nameField'];
  /** Where a submit is recorded. A session without it can only read and upload. */
  journal?: SubmitJournal;
  /** The model's full id: fal's history is asked by it. */
  endpoint: string;
  /** The request that the session is about, where it was submitted before. */
  requestId?: string | undefined;
}

/** Facts that the client drops and we need: state of the submit, ids, headers, the last thing that went wrong. */
export interface Exchange {
  readonly submit: SubmitOnce;
  requestId: string | undefined;
  /** From the result's `x-fal-billable-units` (fal-api.md 5.3). */
  billableUnits: number | undefined;
  /** `status` of fal's answer to a cancel, which the client drops. */
  cancelAnswer: string | undefined;
  /** How the request ended, as fal's status says it; undefined until it has ended. */
  ended: 'failed' | 'completed' | undefined;
  /** Whether fal began to answer with the result: it is done and paid for, though the answer may not be whole yet. */
  resultBegan: boolean;
  /** Whether fal's answer with the pictures came: the edit is done and paid for. */
  hasResult: boolean;
  /** Why the first upload failed that did; of one in parts the client says only that it failed (fal-api.md 3.2). */
  uploadFailure: unknown;
  /** Why waiting for the result ended early; the client itself tells only the message. */
  waitFailure: unknown;
  /** In words, for the message of a deadline; undefined while all goes well. */
  lastTrouble: string | undefined;
}
