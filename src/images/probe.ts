import { isIsoMedia, probeIsoMedia } from './formats/iso-media.js';
import { isGif, probeGif } from './formats/gif.js';
import { isJpeg, probeJpeg } from './formats/jpeg.js';
import { isPng, probePng } from './formats/png.js';
import { isTiff, probeTiff } from './formats/tiff.js';
import { isWebp, probeWebp } from './formats/webp.js';
import { foreignFile } from './foreign.js';
import { NotAPictureError } from './picture-errors.js';

/** The formats that are recognised with their size; what else there is, is refused by name. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'heic' | 'tiff';

export type PictureColour = 'grey' | 'rgb' | 'cmyk';

/** What the structure of a picture says, without decoding a pixel. */
export interface Probe {
  format: PictureFormat;
  contentType: string;
  /** Pixels as stored, before the EXIF orientation is applied. */
  width: number;
  /** Pixels as stored, before the EXIF orientation is applied. */
  height: number;
  /** EXIF orientation, 1 to 8; 1, upright, where the file says nothing. */
  orientation: number;
  /** More than one frame, or more than one page. */
  animated: boolean;
  colour: PictureColour;
}

const PROBES: readonly [recognise: (bytes: Uint8Array) => boolean, probe: (bytes: Uint8Array) => Probe][] = [
  [isPng, probePng],
  [isJpeg, probeJpeg],
  [isWebp, probeWebp],
  [isGif, probeGif],
  [isTiff, probeTiff],
  [isIsoMedia, probeIsoMedia],
];

/**
 * Recognises a picture by its content alone and walks its structure to the end, so that a file that was cut
 * short is found before anything is sent. No pixel is decoded and nothing is allocated in proportion to what
 * the file claims.
 *
 * @throws NotAPictureError empty, something else, or a picture of a kind that is known by name alone
 * @throws DamagedPictureError cut short or broken
 */
export function probePicture(bytes: Uint8Array): Probe {
  if (bytes.length === 0) throw new NotAPictureError('is empty');
  const match = PROBES.find(([recognise]) => recognise(bytes));
  if (match === undefined) throw foreignFile(bytes);
  return match[1](bytes);
}
