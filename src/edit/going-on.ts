/**
 * How a person goes on with an edit, each a sentence without its full stop: that depends on whether the edit stands
 * alone or belongs to a batch.
 */
export interface GoingOn {
  /** fal has it. */
  fetch: (requestId: string) => string;
  /** Nobody knows whether fal took it. */
  findOut: (job: string) => string;
  /** Its picture cannot be written to its place. */
  makeRoom: (requestId: string) => string;
}

/** For an edit that stands alone. */
export const ALONE: GoingOn = {
  fetch: (requestId) => `Fetch it at no extra cost: fal-edit wait ${requestId}`,
  findOut: (job) => `Find out: fal-edit reconcile ${job}`,
  makeRoom: (requestId) => `Make room, or choose another place: fal-edit wait ${requestId} -o …`,
};
