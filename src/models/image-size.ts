import * as z from 'zod';
import type { BillableWork } from './model.js';
import { type Dimensions, SIZE_PRESETS, type SizePreset } from './request.js';

const presets = Object.keys(SIZE_PRESETS) as [SizePreset, ...SizePreset[]];

/** fal's `image_size`: a preset name, or sides in pixels within the model's bounds. */
export function imageSize(bounds: { min: number; max: number }) {
  const side = z.int().min(bounds.min).max(bounds.max);
  const sides = z
    .strictObject({ width: side, height: side })
    .meta({ title: `WIDTHxHEIGHT with sides from ${bounds.min} to ${bounds.max} pixels` });
  return z.union([z.enum(presets), sides]);
}

/** fal's examples treat 1024 × 1024 as exactly one megapixel (fal-api.md 1.4). */
export const MEGAPIXEL = 1024 * 1024;

/** Megapixels billed for one picture, rounded up to whole ones (fal-api.md 1.4). */
export function billedMegapixels({ width, height }: Dimensions): number {
  return Math.max(1, Math.ceil((width * height) / MEGAPIXEL));
}

/** Megapixels of one result. fal does not document the default size: we assume the input's size, and say so. */
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
      assumptions: ['the size of the result is not known in advance: counted as one megapixel'],
      unbounded: [
        'the picture is not a local file, so its size is unknown (--size sets the size of the result)',
      ],
    };
  }
  return {
    megapixels: billedMegapixels(input),
    assumptions: ['the result has the size of the (first) input picture; fal does not say so'],
    unbounded: [],
  };
}
