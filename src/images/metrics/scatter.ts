import type { Dimensions } from '../../models/request.js';
import { comparedSize, pixelsOf } from '../pixels.js';
import { probePicture } from '../probe.js';
import { changeOfPixels } from './change.js';
import { mean, rounded } from './statistics.js';

/** More pairs than those of ten pictures cost seconds and say nothing new. */
const MOST_COMPARED = 10;

/**
 * How far the results of several seeds lie apart: the mean of 1 - SSIM over all their pairs, 0..1, 4 digits. Of more
 * than ten results, ten are compared, evenly chosen with the first and the last. null for fewer than two.
 *
 * @throws PictureError: one of those compared is no picture, or cannot be decoded
 */
export async function scatter(results: readonly Uint8Array[]): Promise<number | null> {
  const compared = evenly(results, MOST_COMPARED);
  const size = smallest(compared.map((bytes) => comparedSize(probePicture(bytes))));
  if (compared.length < 2 || size === undefined) return null;
  const drawn = [];
  for (const bytes of compared) drawn.push(await pixelsOf(bytes, size));
  const changes: number[] = [];
  for (const [index, one] of drawn.entries()) {
    for (const other of drawn.slice(index + 1)) changes.push(await changeOfPixels(one, other));
  }
  const apart = mean(changes);
  return apart === null ? null : rounded(apart, 4);
}

/** At most so many of the values, at even distances, from the first to the last. */
function evenly<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  const chosen = new Set(
    Array.from({ length: most }, (_, index) => Math.round((index * (values.length - 1)) / (most - 1))),
  );
  return values.filter((_, index) => chosen.has(index));
}

/** One size for all the pairs, whatever the order of the results; the smallest, since enlarging adds nothing. */
function smallest(sizes: readonly Dimensions[]): Dimensions | undefined {
  return sizes.toSorted((a, b) => a.width * a.height - b.width * b.height || a.width - b.width)[0];
}
