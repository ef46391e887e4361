import { ByteView, startsWith } from '../formats/byte-view.js';
import type { Span } from './spans.js';

export const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';

/** A chunk of a PNG with its length, type and checksum. */
export interface PngChunk extends Span {
  type: string;
  data: Uint8Array;
}

/**
 * The chunks from the first to IEND. Checksums are not looked at.
 *
 * @throws DamagedPictureError without IEND
 */
export function* readPngChunks(bytes: Uint8Array): Generator<PngChunk, void> {
  const view = new ByteView(bytes, 'the PNG');
  if (!startsWith(bytes, PNG_SIGNATURE)) throw view.damaged('has no signature');
  for (let start = PNG_SIGNATURE.length; ;) {
    const length = view.u32(start);
    const type = view.ascii(start + 4, 4);
    const end = start + 12 + length;
    if (end > bytes.length) throw view.damaged('is cut short');
    yield { type, start, end, data: view.slice(start + 8, length) };
    if (type === 'IEND') return;
    start = end;
  }
}
