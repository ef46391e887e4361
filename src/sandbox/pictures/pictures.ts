import type { Size } from '../queue/billing.js';
import type { Storage } from '../storage/storage.js';
import { row, type NamedPicture, type Row } from '../queue/validate.js';

/** An input picture that could be fetched and read. */
export interface InputPicture extends Size {
  bytes: Uint8Array;
}

export type Loaded = { ok: true; picture: InputPicture } | { ok: false; row: Row };

/** Fetches and reads a picture named in the input; a failure is in fal's words (fal-api.md 4.1). */
export async function loadPicture(storage: Storage, named: NamedPicture): Promise<Loaded> {
  const bytes = fetchBytes(storage, named.url);
  const { loc, url } = named;
  const shortUrl = url.length > 200 ? `${url.slice(0, 200)}…` : url;
  if (bytes === undefined) {
    const msg = 'Failed to download the file. Please check if the URL is accessible and try again.';
    return { ok: false, row: row(loc, 'file_download_error', msg, shortUrl) };
  }
  const { default: sharp } = await import('sharp');
  try {
    const { width, height } = await sharp(bytes).metadata();
    return { ok: true, picture: { bytes, width, height } };
  } catch {
    const msg = 'Failed to load the image. Please ensure the image file is not corrupted and is supported.';
    return { ok: false, row: row(loc, 'image_load_error', msg, shortUrl) };
  }
}

/** The sandbox has no network: only its own files and data: URLs can be fetched. */
function fetchBytes(storage: Storage, url: string): Uint8Array | undefined {
  const inline = /^data:[^,]*?(;base64)?,/.exec(url);
  if (inline === null) return storage.get(url)?.bytes;
  const content = url.slice(inline[0].length);
  if (inline[1] !== undefined) return Buffer.from(content, 'base64');
  try {
    return Buffer.from(decodeURIComponent(content), 'latin1');
  } catch {
    return undefined;
  }
}
