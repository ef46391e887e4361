import type { Sharp } from 'sharp';
import type { Size } from '../queue/billing.js';

export type PictureFormat = 'png' | 'jpeg' | 'webp';

/** A picture blanked by the safety checker (fal-api.md 1.7). */
export async function blackPicture(size: Size, format: PictureFormat): Promise<Uint8Array<ArrayBuffer>> {
  const { default: sharp } = await import('sharp');
  const { width, height } = size;
  return encode(sharp({ create: { width, height, channels: 3, background: '#000' } }), format);
}

/** An image as a file of the format, with fast settings: the picture is needed only briefly. */
export async function encode(image: Sharp, format: PictureFormat): Promise<Uint8Array<ArrayBuffer>> {
  switch (format) {
    case 'png':
      return new Uint8Array(await image.png({ compressionLevel: 1 }).toBuffer());
    case 'jpeg':
      return new Uint8Array(await image.jpeg({ quality: 92 }).toBuffer());
    case 'webp':
      return new Uint8Array(await image.webp({ quality: 90, effort: 1 }).toBuffer());
  }
}
