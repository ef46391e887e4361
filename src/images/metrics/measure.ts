import { pixelsOf, uprightSize, type Pixels } from '../pixels.js';
import { probePicture } from '../probe.js';
import { visible } from '../visible.js';
import { changeOfPixels } from './change.js';
import { colourDistance, meanColour } from './mean-colour.js';
import { hashDistance, perceptualHash } from './perceptual-hash.js';
import { rounded } from './rounded.js';
import { sharpnessOf } from './sharpness.js';

/** How a result differs from its input; each is null where the input is not here or cannot be decoded. */
export interface Difference {
  /** 1 - SSIM: 0 equal, towards 1 nothing in common. 4 digits. */
  change: number | null;
  /** How many of the 64 bits of their perceptual hashes (pHash) differ. Above some 20, another picture. */
  hashDistance: number | null;
  /** Delta E 76 of the two mean colours: 0 equal, about 2 can just be seen. 2 digits. */
  colourShift: number | null;
}

/** Measurements of a result, and how it differs from its input. */
export interface PictureMetrics extends Difference {
  /**
   * From 0 up, higher is sharper: the standard deviation of the Laplacian of the luminance over 9 (sharp's own
   * measure), at no more than 512 pixels on the long side. It compares pictures of one motif. 3 digits.
   */
  sharpness: number;
  /** Pixels, as a person sees it: turned by the EXIF orientation. */
  width: number;
  /** Pixels, as a person sees it. */
  height: number;
  /** Of the file. */
  bytes: number;
}

const UNKNOWN: Difference = { change: null, hashDistance: null, colourShift: null };

/**
 * Measures a result. The two pictures are compared at the result's size, at most 512 pixels on the long side.
 *
 * @param input the first picture that was edited; undefined where it is not here
 * @throws PictureError: the result is no picture, or cannot be decoded
 */
export async function measurePicture(
  result: Uint8Array,
  input: Uint8Array | undefined,
): Promise<PictureMetrics> {
  const { width, height } = uprightSize(probePicture(result));
  const drawn = await pixelsOf(result);
  const difference =
    input === undefined ? null : await visible(() => differenceBetween(result, drawn, input));
  return {
    ...(difference ?? UNKNOWN),
    sharpness: rounded(await sharpnessOf(drawn), 3),
    width,
    height,
    bytes: result.length,
  };
}

async function differenceBetween(result: Uint8Array, drawn: Pixels, input: Uint8Array): Promise<Difference> {
  const before = await pixelsOf(input, drawn);
  return {
    change: await changeOfPixels(before, drawn),
    hashDistance: hashDistance(await perceptualHash(input), await perceptualHash(result)),
    colourShift: rounded(colourDistance(await meanColour(before), await meanColour(drawn)), 2),
  };
}
