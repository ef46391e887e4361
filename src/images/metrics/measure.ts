import { uprightSize } from '../picture-facts.js';
import { pixelsOf, type Pixels } from '../pixels.js';
import { probePicture } from '../probe.js';
import { visible } from '../picture-errors.js';
import { changeOfPixels } from './change.js';
import { hashDistance, perceptualHash } from './perceptual-hash.js';
import { rounded } from './statistics.js';

/** How a result differs from its input; each is null if the input is missing or cannot be decoded. */
export interface Difference {
  /** 1 - SSIM, 0: equal, near 1: nothing in common. 4 digits. */
  change: number | null;
  /** Differing bits of their 64-bit perceptual hashes (pHash). Above about 20 they are different pictures. */
  hashDistance: number | null;
  /** Delta E 76 of the two mean colours, 0: equal, about 2: just visible. 2 digits. */
  colourShift: number | null;
}

/** Measurements of a result, and how it differs from its input. */
export interface PictureMetrics extends Difference {
  /**
   * From 0 up, higher is sharper: the standard deviation of the Laplacian of the luminance, divided by 9 (sharp's
   * own measure), at no more than 512 pixels on the long side. Comparable between pictures of one motif. 3 digits.
   */
  sharpness: number;
  /** Pixels, after the EXIF orientation is applied. */
  width: number;
  /** Pixels, likewise. */
  height: number;
  /** Size of the file in bytes. */
  bytes: number;
}

const UNKNOWN: Difference = { change: null, hashDistance: null, colourShift: null };

/**
 * Measures a result. The two pictures are compared at the result's size, at most 512 pixels on the long side.
 *
 * @param input the first picture that was edited; undefined if it is missing
 * @param background colour behind transparent pixels of both, white by default
 * @throws PictureError: the result is not a picture or cannot be decoded
 */
export async function measurePicture(
  result: Uint8Array,
  input: Uint8Array | undefined,
  background?: string,
): Promise<PictureMetrics> {
  const { width, height } = uprightSize(probePicture(result));
  const drawn = await pixelsOf(result, undefined, background);
  const difference =
    input === undefined ? null : await visible(() => differenceBetween(result, drawn, input, background));
  return {
    ...(difference ?? UNKNOWN),
    sharpness: rounded(await sharpnessOf(drawn), 3),
    width,
    height,
    bytes: result.length,
  };
}

async function differenceBetween(
  result: Uint8Array,
  drawn: Pixels,
  input: Uint8Array,
  background: string | undefined,
): Promise<Difference> {
  const before = await pixelsOf(input, drawn, background);
  return {
    change: await changeOfPixels(before, drawn),
    hashDistance: hashDistance(
      await perceptualHash(input, background),
      await perceptualHash(result, background),
    ),
    colourShift: rounded(colourDistance(await meanColour(before), await meanColour(drawn)), 2),
  };
}

/**
 * How sharp a picture is, from 0 up: the standard deviation of the Laplacian of its luminance (each pixel, 0..255,
 * against its four neighbours), divided by 9: sharp's own measure. 0 is a single colour; noise counts as sharp.
 */
async function sharpnessOf({ width, height, data }: Pixels): Promise<number> {
  const { default: sharp } = await import('sharp');
  const { sharpness } = await sharp(data, { raw: { width, height, channels: 4 } }).stats();
  return sharpness;
}

/** CIE L*a*b* under D65: lightness 0..100, then from green to red and from blue to yellow. */
type Lab = readonly [lightness: number, a: number, b: number];

/** Mean colour of a picture. */
async function meanColour({ width, height, data }: Pixels): Promise<Lab> {
  const { default: sharp } = await import('sharp');
  const raw = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .toColourspace('lab')
    .raw({ depth: 'float' })
    .toBuffer();
  const values = new Float32Array(raw.buffer, raw.byteOffset, width * height * 3);
  const sums: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < values.length; at += 3) {
    sums[0] += values[at] ?? 0;
    sums[1] += values[at + 1] ?? 0;
    sums[2] += values[at + 2] ?? 0;
  }
  const count = width * height;
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

/** Delta E 76: distance between two colours. About 2 is just visible; black and white are 100 apart. */
function colourDistance(one: Lab, other: Lab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}
