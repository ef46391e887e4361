import type { Size } from '../queue/billing.js';
import type { Pixels } from './encode.js';

/** The input pictures as one of the wanted size: one fills it, several stand side by side in equal bands. */
export async function compose(inputs: readonly Uint8Array[], { width, height }: Size): Promise<Pixels> {
  const { default: sharp } = await import('sharp');
  const data = new Uint8Array(width * height * 3);
  for (const [index, input] of inputs.entries()) {
    const left = Math.round((index * width) / inputs.length);
    const band = Math.round(((index + 1) * width) / inputs.length) - left;
    const pixels = await sharp(input)
      .flatten({ background: '#fff' })
      .resize(band, height, { fit: 'cover', position: inputs.length > 1 ? 'attention' : 'centre' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
    for (let y = 0; y < height; y++) {
      data.set(pixels.subarray(y * band * 3, (y + 1) * band * 3), (y * width + left) * 3);
    }
  }
  return { data, width, height };
}
