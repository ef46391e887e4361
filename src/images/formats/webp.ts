import { PLAIN, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';
import { exifOrientation } from './exif.js';

interface Size {
  width: number;
  height: number;
}

export const isWebp = (bytes: Uint8Array) => startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8);

/** Walks the chunks of the RIFF container, which must lie within the file. */
export function probeWebp(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the WebP', true);
  const end = 8 + view.u32(4);
  if (end > bytes.length) throw view.damaged('is cut short');

  let canvas: Size | undefined;
  let still: Size | undefined;
  let frames = 0;
  let orientation = 1;
  for (let at = 12; at + 8 <= end;) {
    const type = view.ascii(at, 4);
    const length = view.u32(at + 4);
    const data = at + 8;
    if (data + length > end) throw view.damaged('has a chunk that does not fit');
    if (type === 'VP8X') canvas = { width: view.u24(data + 4) + 1, height: view.u24(data + 7) + 1 };
    else if (type === 'VP8 ') still ??= lossySize(view, data, length);
    else if (type === 'VP8L') still ??= losslessSize(view, data);
    else if (type === 'ANMF') frames++;
    else if (type === 'EXIF') orientation = exifOrientation(view.slice(data, length));
    // Chunks are padded to an even length.
    at = data + length + (length % 2);
  }
  if (still === undefined && frames === 0) throw view.damaged('has no picture data');
  const size = canvas ?? still;
  if (size === undefined || size.width === 0 || size.height === 0) throw view.damaged('has no size');
  return {
    ...PLAIN,
    format: 'webp',
    contentType: 'image/webp',
    ...size,
    orientation,
    animated: frames > 1,
    colour: 'rgb',
  };
}

/** VP8: a frame tag of three bytes with the length of the first partition, a start code, the size. */
function lossySize(view: ByteView, at: number, length: number): Size {
  const firstPartition = view.u24(at) >> 5;
  if (!startsWith(view.bytes, '\x9d\x01\x2a', at + 3)) throw view.damaged('has no picture data');
  if (10 + firstPartition > length) throw view.damaged('is cut short');
  return { width: view.u16(at + 6) & 0x3fff, height: view.u16(at + 8) & 0x3fff };
}

/** VP8L: a signature byte, then width and height minus one, 14 bits each. */
function losslessSize(view: ByteView, at: number): Size {
  if (view.u8(at) !== 0x2f) throw view.damaged('has no picture data');
  const packed = view.u32(at + 1);
  return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
}
