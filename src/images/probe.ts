import { isIsoMedia, probeIsoMedia } from './formats/iso-media.js';
import { isGif, probeGif } from './formats/gif.js';
import { isJpeg, probeJpeg } from './formats/jpeg.js';
import { isPng, probePng } from './formats/png.js';
import { isTiff, probeTiff } from './formats/tiff.js';
import { isWebp, probeWebp } from './formats/webp.js';
import { unsupportedFile } from './unsupported-file.js';
import { DamagedPictureError, NotAPictureError } from './picture-errors.js';
import type { Probe } from './picture-facts.js';

export type { PictureColour, PictureFormat, Probe } from './picture-facts.js';

const PROBES: readonly [recognise: (bytes: Uint8Array) => boolean, probe: (bytes: Uint8Array) => Probe][] = [
  [isPng, probePng],
  [isJpeg, probeJpeg],
  [isWebp, probeWebp],
  [isGif, probeGif],
  [isTiff, probeTiff],
  [isIsoMedia, probeIsoMedia],
];

/** Bytes by which {@link refuseOtherFiles} recognises a file. */
export const BEGINNING_BYTES = 4096;

/** Refuses a file in none of the probed formats by its beginning. @throws NotAPictureError */
export function refuseOtherFiles(beginning: Uint8Array): void {
  if (!PROBES.some(([recognise]) => recognise(beginning))) throw unsupportedFile(beginning);
}

/**
 * Recognises a picture by its content and walks its structure to the end, so that a truncated file is found
 * before anything is sent. Decodes no pixels, and memory does not grow with the size that the file claims.
 *
 * @throws NotAPictureError empty, not a picture, or a format that is recognised but not supported
 * @throws DamagedPictureError truncated or broken
 */
export function probePicture(bytes: Uint8Array): Probe {
  if (bytes.length === 0) throw new NotAPictureError('is empty');
  const match = PROBES.find(([recognise]) => recognise(bytes));
  if (match === undefined) throw unsupportedFile(bytes);
  return match[1](bytes);
}

/**
 * As {@link probePicture}, for a file that a server or the program itself has written: a flaw that viewers forgive there
 * means that it was cut short.
 *
 * @throws DamagedPictureError also for a flaw
 */
export function probeStrictly(bytes: Uint8Array): Probe {
  const probe = probePicture(bytes);
  if (probe.flaw !== undefined) throw new DamagedPictureError(`is damaged: it ${probe.flaw}`);
  return probe;
}
