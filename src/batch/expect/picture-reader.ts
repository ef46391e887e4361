import { readFile } from 'node:fs/promises';
import { pixelsOf, type Pixels } from '../../images/pixels.js';
import { probeStrictly, type Probe } from '../../images/probe.js';
import { visible } from '../../images/picture-errors.js';
import { once } from '../../models/once.js';

/** Reads facts about a picture, each only when needed and only once. Null if unreadable. */
export interface PictureReader {
  bytes: () => Promise<Uint8Array | null>;
  structure: () => Promise<Probe | null>;
  pixels: () => Promise<Pixels | null>;
}

/** @param path absolute @param background colour behind transparent pixels, white by default */
export function pictureReader(path: string, background?: string): PictureReader {
  const bytes = once(() => readFile(path).catch(() => null));
  const structure = once(async () => {
    const read = await bytes();
    return read === null ? null : await visible(() => probeStrictly(read));
  });
  const pixels = once(async () => {
    const read = (await structure()) === null ? null : await bytes();
    return read === null ? null : await visible(() => pixelsOf(read, undefined, background));
  });
  return { bytes, structure, pixels };
}
