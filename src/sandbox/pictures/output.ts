import type { Size } from '../queue/billing.js';
import type { PictureFormat } from './encode.js';
import { digest, type Storage } from '../storage/storage.js';

/** One file of a result, in fal's shape. */
export interface OutputFile {
  url: string;
  content_type: string;
  file_name: string;
  file_size: number;
}

/** One picture of a result, in fal's shape (fal-api.md 1.1). */
export interface OutputImage extends OutputFile {
  width: number;
  height: number;
}

/** Stores a picture where the client can fetch it; in sync mode returns it inline, as a data URI. */
export function keepPicture(
  storage: Storage,
  content: Uint8Array<ArrayBuffer>,
  { width, height }: Size,
  format: PictureFormat,
  inline: boolean,
): OutputImage {
  const extension = format === 'jpeg' ? 'jpg' : format;
  return { ...keepFile(storage, content, `image/${format}`, extension, inline), width, height };
}

/** As {@link keepPicture}, for a file of any type. */
export function keepFile(
  storage: Storage,
  content: Uint8Array<ArrayBuffer>,
  contentType: string,
  extension: string,
  inline: boolean,
): OutputFile {
  const fileName = `${digest(content).slice(0, 20)}.${extension}`;
  const url = inline
    ? `data:${contentType};base64,${Buffer.from(content).toString('base64')}`
    : storage.add(fileName, content, contentType);
  return { url, content_type: contentType, file_name: fileName, file_size: content.byteLength };
}

const SMALLEST = 64;
const LARGEST = 2048;
/** Longest side of an explicit size, pixels, so that a 14142 x 14142 request does not exhaust the machine. */
const LARGEST_SIDE = 4096;

/** Size of the output in pixels: the requested one, else the first input's, within bounds. */
export function outputSize(input: Size, wanted: Size | undefined): Size {
  if (wanted !== undefined) return bounded(wanted, LARGEST_SIDE);
  return bounded(input, LARGEST);
}

/** Limits a size, and keeps the proportions if possible. */
function bounded({ width, height }: Size, largest: number): Size {
  const shrink = Math.min(1, largest / Math.max(width, height));
  const side = (length: number) => Math.max(SMALLEST, Math.round(length * shrink));
  return { width: side(width), height: side(height) };
}
