import * as z from 'zod';
import { SIZE_PRESETS, type SizePreset } from './request.js';

const presets = Object.keys(SIZE_PRESETS) as [SizePreset, ...SizePreset[]];

/** fal's `image_size`: one of its names, or sides in pixels within the model's bounds. */
export function imageSize(bounds: { min: number; max: number }) {
  const side = z.int().min(bounds.min).max(bounds.max);
  const sides = z
    .strictObject({ width: side, height: side })
    .meta({ title: `WIDTHxHEIGHT with sides from ${bounds.min} to ${bounds.max} pixels` });
  return z.union([z.enum(presets), sides]);
}
