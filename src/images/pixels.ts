import type { Dimensions } from '../models/request.js';
import { decoded } from './decode.js';
import { uprightSize } from './picture-facts.js';
import { probePicture, type Probe } from './probe.js';

/** A picture for comparison: upright, sRGB, on a background; red, green, blue and a fully opaque alpha. */
export interface Pixels extends Dimensions {
  data: Uint8ClampedArray;
}

/** Pixels. Finer detail does not affect the overall look of a picture. */
const LONGEST_SIDE = 512;

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
 * @param background colour behind transparent pixels, white by default
 * @throws PictureError: it is not a picture or cannot be decoded
 */
export async function pixelsOf(bytes: Uint8Array, size?: Dimensions, background?: string): Promise<Pixels> {
  // Also rejects other files that sharp would read: an SVG, a PDF.
  const probe = probePicture(bytes);
  const { width, height } = size ?? comparedSize(probe);
  const data = await decoded(bytes, probe, (picture) => picture.ensureAlpha().raw().toBuffer(), {
    ...(background === undefined ? {} : { background }),
    // Otherwise a WebP would be scaled in another way than a PNG of the same pixels, and differ from it.
    size: { width, height, fit: 'fill', fast: false },
  });
  return { width, height, data: new Uint8ClampedArray(data) };
}
