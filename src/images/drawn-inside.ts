import { open, stat } from 'node:fs/promises';
import type { Dimensions } from '../models/request.js';
import { isGif } from './formats/gif.js';
import { isIsoMedia } from './formats/iso-media.js';
import { isJpeg } from './formats/jpeg.js';
import { isPng } from './formats/png.js';
import { isTiff } from './formats/tiff.js';
import { isWebp } from './formats/webp.js';
import { MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS } from './limits.js';

/** Pixels of a picture, row by row: red, green and blue, sRGB. */
export interface Raster extends Dimensions {
  data: Uint8Array;
}

/**
 * The first frame of a picture file, upright and on white, drawn as large as fits into a box without distortion.
 *
 * @param path absolute
 * @param enlarge whether to enlarge a picture that is smaller than the box
 * @returns undefined if the file is missing, too large, not a picture, or cannot be decoded
 */
export async function drawnInside(
  path: string,
  { width, height }: Dimensions,
  enlarge = false,
): Promise<Raster | undefined> {
  const { default: sharp } = await import('sharp');
  try {
    if (!(await isPictureFile(path))) return undefined;
    const { data, info } = await sharp(path, { limitInputPixels: MAX_PICTURE_PIXELS })
      .autoOrient()
      .resize(width, height, { fit: 'inside', withoutEnlargement: !enlarge })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch {
    return undefined;
  }
}

/** Formats that sharp may decode. On its own it would also read an SVG or a PDF. */
const KINDS = [isPng, isJpeg, isWebp, isGif, isTiff, isIsoMedia];

/** Bytes that are enough to recognise a format. */
const BEGINNING = 64;

async function isPictureFile(path: string): Promise<boolean> {
  const found = await stat(path);
  if (!found.isFile() || found.size > MAX_PICTURE_BYTES) return false;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    const beginning = buffer.subarray(0, bytesRead);
    return KINDS.some((isKind) => isKind(beginning));
  } finally {
    await file.close();
  }
}
