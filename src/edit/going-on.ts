/**
 * Hints on how to continue with an edit, each a sentence without its full stop. They depend on whether the edit
 * belongs to a batch.
 */
export interface GoingOn {
  /** fal has it. */
  fetch: (requestId: string) => string;
  /** It is unknown whether fal accepted it. */
  findOut: (job: string) => string;
  /** Its picture cannot be written to its path. */
  makeRoom: (requestId: string) => string;
}

/** For an edit outside of a batch. */
export const ALONE: GoingOn = {
  fetch: (requestId) => `Fetch it at no extra cost: fal-edit wait ${requestId}`,
  findOut: (job) => `Check: fal-edit reconcile ${job}`,
  makeRoom: (requestId) => `Free some space, or save it elsewhere: fal-edit wait ${requestId} -o …`,
};
