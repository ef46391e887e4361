import type { Pixels } from '../pixels.js';

/**
 * How sharp a picture is, from 0 up: the standard deviation of the Laplacian of its luminance (each pixel, 0..255,
 * against the four beside it) over 9, which is sharp's own measure. 0 is one even colour; noise counts as sharp.
 */
export async function sharpnessOf({ width, height, data }: Pixels): Promise<number> {
  const { default: sharp } = await import('sharp');
  const { sharpness } = await sharp(data, { raw: { width, height, channels: 4 } }).stats();
  return sharpness;
}
