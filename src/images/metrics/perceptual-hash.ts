import { pixelsOf } from '../pixels.js';

/** A hash that pictures share where they look alike: 64 bits. */
export type PerceptualHash = bigint;

/** Side of the small grey picture. */
const SIDE = 32;
/** Waves counted in each direction from 1: wave 0 would be only the brightness. */
const WAVES = 8;
/** Compression and rounding of a picture of one even colour stay below this. */
const FAINT = 1;

/**
 * The pHash of a picture: the 8 x 8 longest waves (DCT-II) of its luminance at 32 x 32, a bit each for whether there
 * is more of it than of the middle one. Its size, its proportions, its brightness and little changes do not count.
 *
 * @throws PictureError: it is no picture, or cannot be decoded
 */
export async function perceptualHash(bytes: Uint8Array): Promise<PerceptualHash> {
  const { data } = await pixelsOf(bytes, { width: SIDE, height: SIDE });
  const waves = longWaves(luminanceOf(data));
  const middle = waves.toSorted((a, b) => a - b)[waves.length / 2] ?? 0;
  return waves.reduce((hash, wave) => (hash << 1n) | (wave > middle ? 1n : 0n), 0n);
}

/** In how many of their 64 bits two hashes differ. */
export function hashDistance(one: PerceptualHash, other: PerceptualHash): number {
  let count = 0;
  for (let rest = one ^ other; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

/** Rec. 601, as JPEG weighs them: 0..255 each. */
function luminanceOf(data: Uint8ClampedArray): number[] {
  return Array.from(
    { length: SIDE * SIDE },
    (_, at) =>
      0.299 * (data[at * 4] ?? 0) + 0.587 * (data[at * 4 + 1] ?? 0) + 0.114 * (data[at * 4 + 2] ?? 0),
  );
}

/** How much there is of each long wave. Rows first, then what is left of the columns. */
function longWaves(luminance: readonly number[]): number[] {
  const rows = Array.from({ length: SIDE }, (_, y) => transform(luminance.slice(y * SIDE, (y + 1) * SIDE)));
  return Array.from({ length: WAVES }, (_, u) => transform(rows.map((row) => row[u] ?? 0)))
    .flat()
    .map((wave) => (Math.abs(wave) < FAINT ? 0 : wave));
}

/** The waves 1 to 8 of one line, by the orthonormal DCT-II. */
function transform(line: readonly number[]): number[] {
  return Array.from({ length: WAVES }, (_, index) => {
    const step = (Math.PI * (index + 1)) / SIDE;
    const sum = line.reduce((total, value, at) => total + value * Math.cos(step * (at + 0.5)), 0);
    return sum * Math.sqrt(2 / SIDE);
  });
}
