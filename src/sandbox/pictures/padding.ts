import { crc32 } from 'node:zlib';
import type { PictureFormat } from './encode.js';

/** Most data bytes in one JPEG segment: its length field counts itself. */
const SEGMENT = 0xffff - 2;

/**
 * The picture as a file of at least the given size, filled with a chunk of our own before a PNG's end or comments
 * before a JPEG's, which every decoder skips. Each four bytes of the filling are unique, so that a missing or
 * misplaced piece shows. WebP pictures stay unchanged.
 */
export function padded(
  picture: Uint8Array<ArrayBuffer>,
  format: PictureFormat,
  atLeast: number,
): Uint8Array<ArrayBuffer> {
  const missing = atLeast - picture.byteLength;
  if (missing <= 0 || format === 'webp') return picture;
  const end = picture.byteLength - (format === 'png' ? 12 : 2);
  const filling = format === 'png' ? pngChunk(missing) : jpegComments(missing);
  return Uint8Array.from(Buffer.concat([picture.subarray(0, end), filling, picture.subarray(end)]));
}

/** A chunk marked as ancillary, private and safe to copy by the case of its letters. */
function pngChunk(bytes: number): Buffer {
  const body = Buffer.concat([Buffer.from('fiLl'), counted(bytes)]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.byteLength - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function jpegComments(bytes: number): Buffer {
  const data = counted(bytes);
  const segments: Buffer[] = [];
  for (let from = 0; from < data.byteLength; from += SEGMENT) {
    const piece = data.subarray(from, from + SEGMENT);
    const head = Buffer.from([0xff, 0xfe, 0, 0]);
    head.writeUInt16BE(piece.byteLength + 2, 2);
    segments.push(head, piece);
  }
  return Buffer.concat(segments);
}

/** 1, 2, 3, … in four bytes each. */
function counted(bytes: number): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(bytes / 4) }, (_, index) => index + 1);
  return Buffer.from(words.buffer, 0, bytes);
}
