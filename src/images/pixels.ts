import { messageOf } from '../errors/error.js';
import type { Dimensions } from '../models/request.js';
import { MAX_PICTURE_PIXELS } from './limits.js';
import { DamagedPictureError } from './picture-errors.js';
import { probePicture, type Probe } from './probe.js';

/** A picture as it is compared: upright, sRGB, on white; red, green, blue and an alpha that is always full. */
export interface Pixels extends Dimensions {
  data: Uint8ClampedArray;
}

/** In pixels. Finer detail does not change how a picture looks as a whole. */
const LONGEST_SIDE = 512;

/** Width and height as a person sees the picture: turned by its EXIF orientation. */
export function uprightSize({ width, height, orientation }: Probe): Dimensions {
  return orientation > 4 ? { width: height, height: width } : { width, height };
}

/** The size at which a picture is compared: its own proportions, at most 512 pixels on the long side. */
export function comparedSize(probe: Probe): Dimensions {
  const { width, height } = uprightSize(probe);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/**
 * Decodes the first frame of a picture, drawn to fill exactly the size.
 *
 * @param size at the picture's own compared size where it is left out
 * @throws PictureError: it is no picture, or cannot be decoded
 */
export async function pixelsOf(bytes: Uint8Array, size?: Dimensions): Promise<Pixels> {
  // Also keeps other files from sharp that it would read: an SVG, a PDF.
  const probe = probePicture(bytes);
  const { width, height } = size ?? comparedSize(probe);
  const { default: sharp } = await import('sharp');
  try {
    const data = await sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PICTURE_PIXELS })
      .autoOrient()
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      // Else a WebP would be drawn by another way than a PNG of the same pixels, and differ from it.
      .resize(width, height, { fit: 'fill', fastShrinkOnLoad: false })
      .ensureAlpha()
      .raw()
      .toBuffer();
    return { width, height, data: new Uint8ClampedArray(data) };
  } catch (error) {
    throw new DamagedPictureError(`cannot be decoded (${messageOf(error)})`);
  }
}
