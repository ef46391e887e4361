import type { Dimensions } from '../../models/request.js';
import { comparedSize, pixelsOf } from '../pixels.js';
import { probePicture } from '../probe.js';
import { changeOfPixels } from './change.js';
import { mean, rounded } from './statistics.js';

/** Most pictures compared: more pairs cost seconds and add nothing. */
const MOST_COMPARED = 10;

/**
 * How far apart the results of several seeds are: the mean of 1 - SSIM over all their pairs, 0..1, 4 digits. Compares
 * at most ten results, evenly chosen, with the first and the last. null for fewer than two.
 *
 * @throws PictureError: one of those compared is not a picture or cannot be decoded
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

/** At most `most` of the values, evenly spaced, from the first to the last. */
function evenly<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values];
  const chosen = new Set(
    Array.from({ length: most }, (_, index) => Math.round((index * (values.length - 1)) / (most - 1))),
  );
  return values.filter((_, index) => chosen.has(index));
}

/** The smallest size, used for all pairs so that the order of the results has no effect; enlarging adds nothing. */
function smallest(sizes: readonly Dimensions[]): Dimensions | undefined {
  return sizes.toSorted((a, b) => a.width * a.height - b.width * b.height || a.width - b.width)[0];
}
