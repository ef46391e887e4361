import { pixelsOf } from '../pixels.js';

/** A 64-bit hash, similar for pictures that look alike. */
export type PerceptualHash = bigint;

/** Side of the small grey picture, pixels. */
const SIDE = 32;
/** Waves used in each direction, from wave 1: wave 0 is only the brightness. */
const WAVES = 8;
/** Compression and rounding of a single-colour picture stay below this. */
const FAINT = 1;

/**
 * The pHash of a picture: one bit for each of the 8 x 8 longest waves (DCT-II) of its luminance at 32 x 32, set if the
 * wave is above the median. Size, proportions, brightness and small changes hardly matter.
 *
 * @throws PictureError: it is not a picture or cannot be decoded
 */
export async function perceptualHash(bytes: Uint8Array, background?: string): Promise<PerceptualHash> {
  const { data } = await pixelsOf(bytes, { width: SIDE, height: SIDE }, background);
  const waves = longWaves(luminanceOf(data));
  const middle = waves.toSorted((a, b) => a - b)[waves.length / 2] ?? 0;
  return waves.reduce((hash, wave) => (hash << 1n) | (wave > middle ? 1n : 0n), 0n);
}

/** Number of differing bits of two hashes, 0 to 64. */
export function hashDistance(one: PerceptualHash, other: PerceptualHash): number {
  let count = 0;
  for (let rest = one ^ other; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

/** Luminance of each pixel, 0..255, by Rec. 601 as in JPEG. */
function luminanceOf(data: Uint8ClampedArray): number[] {
  return Array.from(
    { length: SIDE * SIDE },
    (_, at) =>
      0.299 * (data[at * 4] ?? 0) + 0.587 * (data[at * 4 + 1] ?? 0) + 0.114 * (data[at * 4 + 2] ?? 0),
  );
}

/** Strength of each long wave. Transforms rows first, then the remaining columns. */
function longWaves(luminance: readonly number[]): number[] {
  const rows = Array.from({ length: SIDE }, (_, y) => transform(luminance.slice(y * SIDE, (y + 1) * SIDE)));
  return Array.from({ length: WAVES }, (_, u) => transform(rows.map((row) => row[u] ?? 0)))
    .flat()
    .map((wave) => (Math.abs(wave) < FAINT ? 0 : wave));
}

/** Waves 1 to 8 of one line, by the orthonormal DCT-II. */
function transform(line: readonly number[]): number[] {
  return Array.from({ length: WAVES }, (_, index) => {
    const step = (Math.PI * (index + 1)) / SIDE;
    const sum = line.reduce((total, value, at) => total + value * Math.cos(step * (at + 0.5)), 0);
    return sum * Math.sqrt(2 / SIDE);
  });
}
