import { readFile } from 'node:fs/promises';
import { PictureError } from '../../images/picture-errors.js';
import { probePicture, type Probe } from '../../images/probe.js';
import { once } from '../../models/once.js';
import { pixelsOf, type Pixels } from './pixels.js';

/** A picture, looked at no closer than is asked for, and nothing twice. What cannot be seen is null. */
export interface Sight {
  bytes: () => Promise<Uint8Array | null>;
  structure: () => Promise<Probe | null>;
  pixels: () => Promise<Pixels | null>;
}

/** @param path absolute */
export function sightOf(path: string): Sight {
  const bytes = once(() => readFile(path).catch(() => null));
  const structure = once(async () => {
    const read = await bytes();
    return read === null ? null : await visible(() => probePicture(read));
  });
  const pixels = once(async () => {
    const read = await bytes();
    return read === null ? null : await visible(() => pixelsOf(read));
  });
  return { bytes, structure, pixels };
}

/** What is seen, or null where the bytes are no picture that can be decoded. */
export async function visible<T>(look: () => T | Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof PictureError) return null;
    throw error;
  }
}
