import { messageOf } from '../errors/error.js';
import type { Dimensions } from '../models/request.js';
import { MAX_PICTURE_PIXELS } from './limits.js';
import { DamagedPictureError } from './picture-errors.js';
import { probePicture, type Probe } from './probe.js';

/** A picture for comparison: upright, sRGB, on white; red, green, blue and a fully opaque alpha. */
export interface Pixels extends Dimensions {
  data: Uint8ClampedArray;
}

/** Pixels. Finer detail does not affect the overall look of a picture. */
const LONGEST_SIDE = 512;

/** Width and height after the EXIF orientation is applied. */
export function uprightSize({ width, height, orientation }: Probe): Dimensions {
  return orientation > 4 ? { width: height, height: width } : { width, height };
}

/** Size at which a picture is compared: its own proportions, at most 512 pixels on the long side. */
export function comparedSize(probe: Probe): Dimensions {
  const { width, height } = uprightSize(probe);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/**
 * Decodes the first frame of a picture, drawn to fill exactly the size.
 *
 * @param size the picture's own compared size by default
 * @throws PictureError: it is not a picture or cannot be decoded
 */
export async function pixelsOf(bytes: Uint8Array, size?: Dimensions): Promise<Pixels> {
  // Also rejects other files that sharp would read: an SVG, a PDF.
  const probe = probePicture(bytes);
  const { width, height } = size ?? comparedSize(probe);
  const { default: sharp } = await import('sharp');
  try {
    const data = await sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PICTURE_PIXELS })
      .autoOrient()
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      // Otherwise a WebP would be scaled in another way than a PNG of the same pixels, and differ from it.
      .resize(width, height, { fit: 'fill', fastShrinkOnLoad: false })
      .ensureAlpha()
      .raw()
      .toBuffer();
    return { width, height, data: new Uint8ClampedArray(data) };
  } catch (error) {
    throw new DamagedPictureError(`cannot be decoded (${messageOf(error)})`);
  }
}
