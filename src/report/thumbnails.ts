import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decoded, type Decoding } from '../images/decode.js';
import { startsWith } from '../images/formats/byte-view.js';
import { isIsoMedia } from '../images/formats/iso-media.js';
import { isTiff } from '../images/formats/tiff.js';
import { probePicture } from '../images/probe.js';

/** Folder next to the page. */
const FOLDER = 'report-files';
/** Longer side, pixels: twice that of a card, for screens with a pixel ratio of 2. */
const SIDE = 480;
/** A file of at most this many bytes is shown directly. */
const SMALL_BYTES = 150_000;

/** A picture that may have a thumbnail. */
export interface ThumbnailSource {
  /** Absolute. */
  path: string;
  /** SHA-256 of its bytes, hexadecimal. */
  sha256: string;
  /** Pixels; null if unknown. */
  width: number | null;
  /** Null if unknown. */
  bytes: number | null;
  /** Colour behind transparent pixels; the page shows through if absent. */
  background?: string | undefined;
}

/**
 * A small copy of a picture, next to the page. It is made once and found again by the hash of the picture.
 *
 * @param folder the page's, absolute
 * @returns its absolute path; undefined if the picture is small itself (at most 480 pixels wide and 150 kB), missing
 * or cannot be decoded
 * @throws the system's error if the copy cannot be written
 */
export async function thumbnailOf(picture: ThumbnailSource, folder: string): Promise<string | undefined> {
  if (isSmall(picture) || !/^[0-9a-f]{64}$/.test(picture.sha256)) return undefined;
  const file = path.join(folder, FOLDER, `${picture.sha256}.webp`);
  if (await isThere(file)) return file;
  return copied(picture, file, { width: SIDE, height: SIDE, fit: 'inside' });
}

/**
 * A copy of a picture that no browser shows, next to the page: of a TIFF, a HEIC.
 *
 * @param folder the page's, absolute
 * @returns its absolute path; undefined if browsers show the picture itself, or it cannot be decoded
 * @throws the system's error if the copy cannot be written
 */
export async function readableCopyOf(picture: ThumbnailSource, folder: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{64}$/.test(picture.sha256)) return undefined;
  const file = path.join(folder, FOLDER, `${picture.sha256}.whole.webp`);
  if (await isThere(file)) return file;
  const beginning = await beginningOf(picture.path);
  if (beginning === undefined || isWebPicture(beginning)) return undefined;
  return copied(picture, file, WHOLE);
}

/** The picture's own size, as far as a WebP can have it. */
const WHOLE: NonNullable<Decoding['size']> = { width: 16_383, height: 16_383, fit: 'inside' };

/** Whether browsers show such a picture. @param beginning its first bytes, at least 16 */
export function isWebPicture(beginning: Uint8Array): boolean {
  if (isTiff(beginning)) return false;
  return !isIsoMedia(beginning) || startsWith(beginning, 'avi', 8);
}

async function beginningOf(file: string): Promise<Uint8Array | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    // A folder.
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Writes a copy; undefined if the picture is missing or cannot be decoded. */
async function copied(
  { path: source, background = 'none' }: ThumbnailSource,
  file: string,
  size: NonNullable<Decoding['size']>,
): Promise<string | undefined> {
  const bytes = await encoded(source, { background, size });
  if (bytes === undefined) return undefined;
  await writeWhole(file, bytes);
  return file;
}

function isSmall({ width, bytes }: ThumbnailSource): boolean {
  return width !== null && width <= SIDE && bytes !== null && bytes <= SMALL_BYTES;
}

/** Whether a file exists and is not empty: a power cut may leave an empty one. */
async function isThere(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && found.isFile() && found.size > 0;
}

/** Bytes of the copy; undefined if the file is missing, not a picture or damaged. */
async function encoded(file: string, decoding: Decoding): Promise<Uint8Array | undefined> {
  const found = await stat(file).catch(() => undefined);
  const bytes = found?.isFile() === true ? await readFile(file).catch(() => undefined) : undefined;
  return bytes === undefined ? undefined : webpOf(bytes, decoding);
}

/** A WebP of a picture; undefined if it is not a picture or damaged. */
export async function webpOf(
  bytes: Uint8Array,
  decoding: Decoding = { background: 'none', size: WHOLE },
): Promise<Uint8Array | undefined> {
  try {
    return await decoded(
      bytes,
      probePicture(bytes),
      // A whole picture is looked at closely.
      (picture) => picture.webp({ quality: decoding.size === WHOLE ? 90 : 74, effort: 0 }).toBuffer(),
      decoding,
    );
  } catch {
    return undefined;
  }
}

/** Writes whole or not at all; not synced, since it can be made again and a sync costs more than the picture. */
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
