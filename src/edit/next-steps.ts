/** Hints on how to continue with an edit, each a sentence without its full stop. They differ for edits of a batch. */
export interface NextSteps {
  /** fal has it. */
  fetch: (requestId: string) => string;
  /** It is unknown whether fal accepted it. */
  check: (job: string) => string;
  /** Its picture cannot be written to its path. */
  freeSpace: (requestId: string) => string;
}

/** For an edit outside of a batch. */
export const SINGLE_EDIT: NextSteps = {
  fetch: (requestId) => `Fetch it at no extra cost: fal-edit wait ${requestId}`,
  check: (job) => `Check: fal-edit reconcile ${job}`,
  freeSpace: (requestId) => `Free some space, or save it elsewhere: fal-edit wait ${requestId} -o …`,
};
