import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MAX_PICTURE_PIXELS } from '../images/limits.js';

/** The folder beside the page. */
const FOLDER = 'report-files';
/** Pixels of the longer side: a card has half of them, on a screen with two pixels to one. */
const SIDE = 480;
/** A file of no more bytes than that is shown itself. */
const SMALL_BYTES = 150_000;

/** A picture of which there may be a thumbnail. */
export interface ThumbnailSource {
  /** Absolute. */
  path: string;
  /** SHA-256 of its bytes, hexadecimal. */
  sha256: string;
  /** Pixels; null where it is not known. */
  width: number | null;
  /** Null where it is not known. */
  bytes: number | null;
}

/**
 * A small copy of a picture, beside the page. It is made once and found again by the hash of the picture.
 *
 * @param folder the page's, absolute
 * @returns its absolute path; undefined where the picture is small itself (at most 480 pixels wide and 150 kB), and
 * where it is missing or cannot be decoded
 * @throws the system's error where the copy cannot be written
 */
export async function thumbnailOf(picture: ThumbnailSource, folder: string): Promise<string | undefined> {
  if (isSmall(picture) || !/^[0-9a-f]{64}$/.test(picture.sha256)) return undefined;
  const file = path.join(folder, FOLDER, `${picture.sha256}.webp`);
  if (await isThere(file)) return file;
  const bytes = await shrunk(picture.path);
  if (bytes === undefined) return undefined;
  await writeWhole(file, bytes);
  return file;
}

function isSmall({ width, bytes }: ThumbnailSource): boolean {
  return width !== null && width <= SIDE && bytes !== null && bytes <= SMALL_BYTES;
}

/** An empty one is what a power cut may leave. */
async function isThere(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && found.isFile() && found.size > 0;
}

/** The copy's bytes; undefined where the file is none, is no picture, or is damaged. */
async function shrunk(file: string): Promise<Uint8Array | undefined> {
  const { default: sharp } = await import('sharp');
  try {
    if (!(await stat(file)).isFile()) return undefined;
    const picture = sharp(await readFile(file), {
      limitInputPixels: MAX_PICTURE_PIXELS,
      sequentialRead: true,
    });
    return await picture
      .autoOrient()
      .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 74, effort: 0 })
      .toBuffer();
  } catch {
    return undefined;
  }
}

/** Whole or not at all; not synced, since it can be made again and each sync costs more than the picture. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.fal-edit-thumbnail-${randomUUID()}.part`);
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
