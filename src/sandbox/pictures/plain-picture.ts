import type { Size } from '../queue/billing.js';
import { encodeSharp, type PictureFormat } from './encode.js';
import { seededRandom } from './random.js';

/** Two by two colours on the whole size: next to no work, and another picture for each prompt and seed. */
export async function plainPicture(
  { width, height }: Size,
  format: PictureFormat,
  prompt: string,
  seed: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { default: sharp } = await import('sharp');
  const random = seededRandom('plain', prompt, seed);
  // Never near black: that is what a moderated picture looks like.
  const colours = Uint8Array.from({ length: 12 }, () => 64 + Math.floor(random() * 192));
  const image = sharp(colours, { raw: { width: 2, height: 2, channels: 3 } });
  return encodeSharp(image.resize(width, height, { fit: 'fill', kernel: 'nearest' }), format);
}
