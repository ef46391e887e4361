import { PictureError } from '../picture-errors.js';
import { ByteView, startsWith } from './byte-view.js';
import { type Directory, readDirectory } from './ifd.js';

const ORIENTATION = 0x0112;

/** A TIFF header's byte order: true for little-endian, undefined without a TIFF header. */
export function byteOrderOf(bytes: Uint8Array): boolean | undefined {
  if (startsWith(bytes, 'II*\0')) return true;
  return startsWith(bytes, 'MM\0*') ? false : undefined;
}

/** EXIF orientation of a directory, 1 to 8: 1 if it is invalid, undefined if it is missing. */
export function orientationOf(directory: Directory): number | undefined {
  const orientation = directory.value(ORIENTATION);
  if (orientation === undefined) return undefined;
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/**
 * Orientation from an EXIF block, with or without its "Exif" prefix; undefined if it does not say. EXIF is only an
 * annotation: broken EXIF does not make the picture broken.
 */
export function exifOrientation(block: Uint8Array): number | undefined {
  const tiff = startsWith(block, 'Exif\0\0') ? block.subarray(6) : block;
  const littleEndian = byteOrderOf(tiff);
  if (littleEndian === undefined) return undefined;
  try {
    const view = new ByteView(tiff, 'its EXIF block', littleEndian);
    return orientationOf(readDirectory(view, view.u32(4)));
  } catch (error) {
    if (error instanceof PictureError) return undefined;
    throw error;
  }
}

const XMP_ORIENTATION = 'tiff:Orientation';

/**
 * Orientation from an XMP packet, as an attribute or an element; undefined if it does not say. Readers such as Pillow
 * obey it where EXIF is silent. It is searched, not parsed: a packet can have any size.
 */
export function xmpOrientation(packet: Uint8Array): number | undefined {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  for (let at = bytes.indexOf(XMP_ORIENTATION); at >= 0; at = bytes.indexOf(XMP_ORIENTATION, at + 1)) {
    const rest = bytes.toString('latin1', at + XMP_ORIENTATION.length, at + XMP_ORIENTATION.length + 16);
    const digit = /^(?:\s*=\s*["']|>)\s*([1-8])\b/.exec(rest)?.[1];
    if (digit !== undefined) return Number(digit);
  }
  return undefined;
}
