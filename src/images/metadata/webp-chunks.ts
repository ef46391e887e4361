import { ByteView, startsWith } from '../formats/byte-view.js';
import { lengthOf, type Piece, type Span } from './spans.js';

/** Bits of the first byte of a VP8X chunk. */
export const VP8X_BIT = { profile: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 } as const;

/** "RIFF", a length, "WEBP". */
export const WEBP_HEADER = 12;

/** A chunk of a WebP with its type, its length and the byte that pads it to an even length. */
export interface WebpChunk extends Span {
  type: string;
  data: Uint8Array;
}

/**
 * The chunks within the RIFF container.
 *
 * @throws DamagedPictureError if the container or a chunk does not fit
 */
export function* readWebpChunks(bytes: Uint8Array): Generator<WebpChunk, void> {
  const view = new ByteView(bytes, 'the WebP', true);
  if (!startsWith(bytes, 'RIFF') || !startsWith(bytes, 'WEBP', 8)) throw view.damaged('has no header');
  const end = 8 + view.u32(4);
  if (end > bytes.length) throw view.damaged('is cut short');
  for (let start = WEBP_HEADER; start + 8 <= end;) {
    const length = view.u32(start + 4);
    const dataEnd = start + 8 + length;
    if (dataEnd > end) throw view.damaged('has a chunk that does not fit');
    const chunk = { start, end: Math.min(dataEnd + (length % 2), end) };
    yield { type: view.ascii(start, 4), ...chunk, data: view.slice(start + 8, length) };
    start = chunk.end;
  }
}

/** A VP8X chunk with other bits. */
export function withBits(bytes: Uint8Array, chunk: WebpChunk, bits: number): Uint8Array {
  const copy = Uint8Array.from(bytes.subarray(chunk.start, chunk.end));
  copy[8] = bits;
  return copy;
}

/** A whole file of these chunks, each with its header. What is as before is a part of the old file. */
export function webpFile(bytes: Uint8Array, chunks: readonly Piece[]): Piece[] {
  // The last chunk of a file may lack the byte that pads it.
  const padded = chunks.flatMap((chunk) => (lengthOf(chunk) % 2 === 0 ? [chunk] : [chunk, Uint8Array.of(0)]));
  const head = Buffer.alloc(WEBP_HEADER);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(4 + padded.reduce((sum, chunk) => sum + lengthOf(chunk), 0), 4);
  head.write('WEBP', 8, 'latin1');
  const isAsBefore = head.equals(bytes.subarray(0, WEBP_HEADER));
  return [isAsBefore ? { start: 0, end: WEBP_HEADER } : head, ...padded];
}
