import type { Dimensions } from '../models/request.js';
import { decoded, isOpaque, type Decoding } from './decode.js';
import { MAX_PICTURE_BYTES } from './limits.js';
import { DamagedPictureError } from './picture-errors.js';
import type { Probe } from './picture-facts.js';
import type { Outcome } from './upload-plan.js';

export { isOpaque };

/** A picture encoded anew: one frame, upright, opaque, 8-bit sRGB, without metadata. */
export interface Converted extends Outcome {
  bytes: Uint8Array;
}

export interface ConversionOptions extends Required<Pick<Decoding, 'background'>>, Pick<Decoding, 'signal'> {
  /** Size of the upright picture as it is. */
  upright: Dimensions;
  /** Size that it is to have. */
  size: Dimensions;
  /** Whether any pixel is transparent. */
  isTransparent: boolean;
}

/**
 * Tables that are optimised would make the file an eighth smaller, but hold the whole picture in memory (400 MB at 48
 * megapixels) and take three times as long.
 */
const JPEG = { quality: 95, chromaSubsampling: '4:4:4', optimiseCoding: false } as const;

/**
 * Encodes a picture anew: as JPEG if its own compression loses detail, so that it is not blown up, else as PNG, unless
 * that is too large for an upload.
 *
 * @throws PictureError: it cannot be decoded
 * @throws FalEditError (input): a package that it needs is not installed
 */
export async function convertPicture(
  bytes: Uint8Array,
  probe: Probe,
  { background, signal, upright, size, isTransparent }: ConversionOptions,
): Promise<Converted> {
  const isResized = size.width !== upright.width || size.height !== upright.height;
  const decoding: Decoding = {
    ...{ background, signal },
    ...(isResized ? { size: { ...size, fit: 'fill' } } : {}),
  };
  const encode = (format: Outcome['format']) =>
    decoded(
      bytes,
      probe,
      (picture) =>
        (format === 'jpeg' ? picture.jpeg(JPEG) : picture.png()).toBuffer({ resolveWithObject: true }),
      decoding,
    );
  const wanted = probe.lossy ? 'jpeg' : 'png';
  const first = await encode(wanted);
  const isTooLargeForPng = wanted === 'png' && first.data.length > MAX_PICTURE_BYTES;
  const { data, info } = isTooLargeForPng ? await encode('jpeg') : first;
  // The decoder may know better than the header, or may have turned the picture by itself.
  if (info.width !== size.width || info.height !== size.height) {
    throw new DamagedPictureError(
      `is damaged: it decodes to ${info.width}x${info.height} instead of ${size.width}x${size.height}`,
    );
  }
  return {
    ...{ bytes: data, width: info.width, height: info.height, isTooLargeForPng },
    format: isTooLargeForPng ? 'jpeg' : wanted,
    background: isTransparent ? background : undefined,
  };
}
