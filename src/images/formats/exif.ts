import { PictureError } from '../picture-errors.js';
import { ByteView, startsWith } from './byte-view.js';
import { type Directory, readDirectory } from './ifd.js';

const ORIENTATION = 0x0112;

/** A TIFF header's byte order: true for little-endian, undefined without a TIFF header. */
export function byteOrderOf(bytes: Uint8Array): boolean | undefined {
  if (startsWith(bytes, 'II*\0')) return true;
  return startsWith(bytes, 'MM\0*') ? false : undefined;
}

/** EXIF orientation of a directory, 1 to 8; 1 if it is missing or invalid. */
export function orientationOf(directory: Directory): number {
  const orientation = directory.value(ORIENTATION) ?? 1;
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/**
 * Orientation from an EXIF block, with or without its "Exif" prefix. EXIF is only an annotation: broken EXIF does
 * not make the picture broken.
 */
export function exifOrientation(block: Uint8Array): number {
  const tiff = startsWith(block, 'Exif\0\0') ? block.subarray(6) : block;
  const littleEndian = byteOrderOf(tiff);
  if (littleEndian === undefined) return 1;
  try {
    const view = new ByteView(tiff, 'its EXIF block', littleEndian);
    return orientationOf(readDirectory(view, view.u32(4)));
  } catch (error) {
    if (error instanceof PictureError) return 1;
    throw error;
  }
}
