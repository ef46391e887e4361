/**
 * The change of a field of a request.
 *
 * - kept: the other model has it under the same name
 * - renamed: it has it under another name
 * - reshaped: it has it in another form (`image_url` → `image_urls`)
 * - dropped: it has no such field
 * - ignored: fal ignored it on the old model too
 * - out_of_range: the other model does not accept this value, so it is left out
 * - default_differs: it was not set, and the two models have different defaults
 */
export type ChangeKind =
  'kept' | 'renamed' | 'reshaped' | 'dropped' | 'ignored' | 'out_of_range' | 'default_differs';

/** The change of one field. Its texts may quote the request: they are not to be trusted on a terminal. */
export interface FieldChange {
  /** As the request has it, with an index where a part of a list is meant. */
  field: string;
  kind: ChangeKind;
  /** The other model's field that has the value now. */
  to?: string;
  /** A clause, without a full stop. */
  why?: string;
  /** Advice: a sentence without its full stop. */
  instead?: string;
}

/** A request's input for another model, and how it came about. */
export interface Translation {
  input: Record<string, unknown>;
  changes: FieldChange[];
}
