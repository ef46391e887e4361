import { probePicture } from '../probe.js';
import { comparedSize, pixelsOf, type Pixels } from '../pixels.js';

/** Side of the squares that SSIM compares, pixels: a smaller picture contains none. */
const WINDOW = 11;

/**
 * How different a result is from its input: 1 − SSIM (0: equal, near 1: nothing in common), rounded to 4 digits.
 * Brightness and structure count; size, EXIF orientation and colours of the same brightness do not.
 *
 * @throws PictureError: one of them is not a picture or cannot be decoded
 */
export async function changeBetween(input: Uint8Array, output: Uint8Array): Promise<number> {
  const size = comparedSize(probePicture(output));
  return changeOfPixels(await pixelsOf(input, size), await pixelsOf(output, size));
}

/** How different two pictures of the same size are. */
export async function changeOfPixels(input: Pixels, output: Pixels): Promise<number> {
  const { ssim } = await import('ssim.js');
  // ssim.js would halve square pictures once more but not long ones, so that one limit could not suit both.
  const { mssim } = ssim(await enlarged(input), await enlarged(output), {
    windowSize: WINDOW,
    downsample: false,
  });
  const change = Math.min(1, Math.max(0, 1 - mssim));
  return Math.round(change * 10_000) / 10_000;
}

/** Enlarges a picture (nearest neighbour) until at least one window fits. */
async function enlarged({ width, height, data }: Pixels): Promise<Pixels> {
  const factor = Math.ceil(WINDOW / Math.min(width, height));
  if (factor === 1) return { width, height, data };
  const { default: sharp } = await import('sharp');
  const size = { width: width * factor, height: height * factor };
  const larger = await sharp(data, { raw: { width, height, channels: 4 } })
    .resize(size.width, size.height, { fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer();
  return { ...size, data: new Uint8ClampedArray(larger) };
}
