import type { Job } from '../../ledger/job.js';
import { MOST_PICTURES } from '../../models/answer.js';
import type { EditOutput, Model } from '../../models/model.js';
import { isRedacted } from '../../secrets.js';

/** fal's raw answer, and the files that it names. */
export interface Answered {
  data: unknown;
  output: EditOutput;
}

/**
 * Reads the files that an answer names. Those that it only repeats from the input are left out, unless the output
 * schema announces them.
 *
 * @returns undefined if there are none
 */
export function readResult(
  model: Pick<Model, 'fromOutput'>,
  data: unknown,
  input: Readonly<Record<string, unknown>> | undefined,
): EditOutput | undefined {
  const output = model.fromOutput(data);
  if (output === undefined) return undefined;
  if (!output.images.some(({ unexpected }) => unexpected))
    return output.images.length === 0 ? undefined : output;
  const sent = new Set(textsIn(input));
  const images = output.images.filter(({ url, unexpected }) => unexpected !== true || !sent.has(url));
  return images.length === 0 ? undefined : { ...output, images };
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** The answer that an earlier command has recorded, if it can be used. */
export function rememberedAnswer(
  { result, input }: Pick<Job, 'result' | 'input'>,
  model: Pick<Model, 'fromOutput'>,
): Answered | undefined {
  if (result === undefined) return undefined;
  const output = readResult(model, result, input);
  // Stored without a secret that its URLs contained: fal has to be asked again.
  if (output === undefined || output.images.some(({ url }) => isRedacted(url))) return undefined;
  return { data: result, output };
}

/** Warnings about the shape of an answer, one sentence each. */
export function shapeWarnings({ images, leftOut = 0 }: EditOutput): string[] {
  const names = images.flatMap(({ field, unexpected }) =>
    unexpected === true ? [field ?? 'the result'] : [],
  );
  const list = [...new Set(names)];
  const more = list.length > 5 ? `, and ${list.length - 5} more` : '';
  return [
    ...(list.length === 0
      ? []
      : [
          `fal's answer has another shape than its schema describes; the files in it are saved all the same: ${list.slice(0, 5).join(', ')}${more}.`,
        ]),
    ...(leftOut === 0
      ? []
      : [
          `fal's answer names ${MOST_PICTURES + leftOut} files; only the first ${MOST_PICTURES} are fetched.`,
        ]),
  ];
}
