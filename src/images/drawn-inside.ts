import { readFile, stat } from 'node:fs/promises';
import type { Dimensions } from '../models/request.js';
import { decoded } from './decode.js';
import { MAX_FILE_BYTES } from './limits.js';
import { probePicture } from './probe.js';

/** Pixels of a picture, row by row: red, green and blue, sRGB. */
export interface Raster extends Dimensions {
  data: Uint8Array;
}

/**
 * The first frame of a picture file, upright and on a background, drawn as large as fits into a box without distortion.
 *
 * @param path absolute
 * @param enlarge whether to enlarge a picture that is smaller than the box
 * @param background colour behind transparent pixels
 * @returns undefined if the file is missing, too large, not a picture, or cannot be decoded
 */
export async function drawnInside(
  path: string,
  box: Dimensions,
  enlarge = false,
  background = '#ffffff',
): Promise<Raster | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_FILE_BYTES) return undefined;
    const bytes = await readFile(path);
    const { data, info } = await decoded(
      bytes,
      probePicture(bytes),
      (picture) => picture.raw().toBuffer({ resolveWithObject: true }),
      { background, size: { ...box, fit: 'inside', enlarge } },
    );
    return { data, width: info.width, height: info.height };
  } catch {
    return undefined;
  }
}
