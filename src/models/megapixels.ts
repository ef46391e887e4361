import type { BillableWork } from './model.js';
import type { Dimensions } from './request.js';

/** fal's examples treat 1024 × 1024 as exactly one megapixel (fal-api.md 1.4). */
export const MEGAPIXEL = 1024 * 1024;

/** Megapixels that one picture is billed as: rounded up to whole ones (fal-api.md 1.4). */
export function billedMegapixels({ width, height }: Dimensions): number {
  return Math.max(1, Math.ceil((width * height) / MEGAPIXEL));
}

/**
 * Megapixels of one result. What size results when none is asked for is not documented by fal: the input's is
 * taken, and that it was is said.
 */
export function assumedOutput(work: BillableWork): {
  megapixels: number;
  assumptions: string[];
  unbounded: string[];
} {
  if (work.output !== undefined) {
    return { megapixels: billedMegapixels(work.output), assumptions: [], unbounded: [] };
  }
  const input = work.inputs[0];
  if (input === undefined) {
    return {
      megapixels: 1,
      assumptions: ['the size of the result is not known before: counted as one megapixel'],
      unbounded: ['the picture is not here, so that its size is not known (--size sets that of the result)'],
    };
  }
  return {
    megapixels: billedMegapixels(input),
    assumptions: ['the result has the size of the (first) input picture: fal does not say so'],
    unbounded: [],
  };
}
