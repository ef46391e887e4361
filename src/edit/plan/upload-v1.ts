/*
 * The pictures that releases with fingerprints of version 1 and the first ones of version 2 uploaded, which their
 * fingerprints of version 1 hash. Never changed: paid edits are found again by them.
 */
import { MAX_PICTURE_PIXELS } from '../../images/limits.js';
import type { Probe } from '../../images/picture-facts.js';
import { requireSharp } from '../../native-parts.js';
import { sha256Of } from '../../sha256.js';

/**
 * How to find the hash of the upload that those releases made of a picture. It takes a conversion, so do it only where
 * such an edit is looked for; another system's conversion may have other bytes.
 *
 * @returns undefined if they uploaded the file itself
 */
export function uploadOfV1(bytes: Uint8Array, probe: Probe): (() => Promise<string>) | undefined {
  const { format, animated, orientation, colour } = probe;
  const isKept = format === 'png' || format === 'jpeg' || format === 'webp';
  if (isKept && !animated && orientation === 1 && colour !== 'cmyk') return undefined;
  return async () => {
    await requireSharp();
    const { default: sharp } = await import('sharp');
    const picture = sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PICTURE_PIXELS });
    // They did not see an orientation that stands outside of the format's own EXIF.
    const isUpright = ((await picture.metadata()).orientation ?? 1) === 1;
    if (isKept && !animated && isUpright && colour !== 'cmyk') return sha256Of(bytes);
    const upright = picture.autoOrient().toColourspace('srgb');
    const encoded =
      format === 'jpeg' ? upright.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }) : upright.png();
    return sha256Of(await encoded.toBuffer());
  };
}
