import { UnexpectedPictureError } from './picture-errors.js';
import { probePicture, type PictureFormat, type Probe } from './probe.js';

/** What fal says about a picture of its result; absent figures are not checked. */
export interface Announced {
  contentType?: string | undefined;
  /** Pixels. */
  width?: number | undefined;
  /** Pixels. */
  height?: number | undefined;
}

const FORMATS: ReadonlyMap<string, PictureFormat> = new Map([
  ['image/png', 'png'],
  ['image/x-png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/pjpeg', 'jpeg'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['image/avif', 'avif'],
  ['image/heic', 'heic'],
  ['image/heif', 'heic'],
  ['image/tiff', 'tiff'],
]);

/**
 * Checks that downloaded bytes are one whole picture, of the format and the size that were announced. A
 * content type that names no known format (`application/octet-stream`) announces nothing.
 *
 * @throws NotAPictureError, DamagedPictureError as {@link probePicture} does
 * @throws UnexpectedPictureError another format or another size than announced
 */
export function checkReceived(bytes: Uint8Array, announced: Announced): Probe {
  const probe = probePicture(bytes);
  const mediaType = announced.contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const format = FORMATS.get(mediaType);
  if (format !== undefined && format !== probe.format) {
    throw new UnexpectedPictureError(`is ${probe.contentType}, not ${mediaType} as announced`);
  }
  const width = announced.width ?? probe.width;
  const height = announced.height ?? probe.height;
  if (width !== probe.width || height !== probe.height) {
    throw new UnexpectedPictureError(
      `measures ${probe.width}x${probe.height}, not ${width}x${height} as announced`,
    );
  }
  return probe;
}
