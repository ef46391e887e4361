import type { Model } from '../../models/model.js';

/** A way to write requests down. */
export interface Form {
  /** Text before all of them, if any. */
  head?: string;
  /** One request, to be run or sent as it is. */
  body: (model: Model, input: Readonly<Record<string, unknown>>) => string;
  /** Whether files of this machine may stay in it: whoever runs it uploads them. */
  uploads: boolean;
}

/** Lines pushed to the right, except for the first. */
export function indented(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`);
}
