import { fittingProfile } from '../colour/icc.js';
import { PLAIN, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';
import { exifOrientation, xmpOrientation } from './exif.js';

interface Size {
  width: number;
  height: number;
}

/** Facts of one compressed picture, still or a frame. */
interface Coded extends Size {
  lossy: boolean;
  alpha: boolean;
}

interface Chunk {
  type: string;
  /** Offset of its data. */
  at: number;
  length: number;
}

export const isWebp = (bytes: Uint8Array) => startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8);

/** Bit of the header's flags: some pixels may be transparent. */
const HAS_ALPHA = 0x10;

/** Walks the chunks of the RIFF container, which must lie within the file. */
export function probeWebp(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the WebP', true);
  const end = 8 + view.u32(4);
  if (end > bytes.length) throw view.damaged('is cut short');

  let canvas: (Size & { alpha: boolean }) | undefined;
  let still: Coded | undefined;
  let alphaChunk = false;
  let frames = 0;
  let coversCanvas = true;
  let profile: Uint8Array | undefined;
  let exif: number | undefined;
  let xmp: number | undefined;
  for (const { type, at, length } of readChunks(view, 12, end)) {
    if (type === 'VP8X') canvas = { ...sizeAt(view, at + 4), alpha: (view.u8(at) & HAS_ALPHA) !== 0 };
    else if (type === 'VP8 ') still ??= lossySize(view, at, length);
    else if (type === 'VP8L') still ??= losslessSize(view, at);
    else if (type === 'ALPH') alphaChunk = true;
    else if (type === 'ICCP') profile ??= view.slice(at, length);
    else if (type === 'EXIF') exif ??= exifOrientation(view.slice(at, length));
    else if (type === 'XMP ') xmp ??= xmpOrientation(view.slice(at, length));
    else if (type === 'ANMF' && frames++ === 0) {
      const frame = firstFrame(view, at, length);
      still ??= frame;
      coversCanvas = frame.width >= (canvas?.width ?? 0) && frame.height >= (canvas?.height ?? 0);
    }
  }
  if (still === undefined) throw view.damaged('has no picture data');
  const { width, height } = canvas ?? still;
  if (width === 0 || height === 0) throw view.damaged('has no size');
  return {
    ...PLAIN,
    format: 'webp',
    contentType: 'image/webp',
    width,
    height,
    orientation: exif ?? xmp ?? 1,
    animated: frames > 1,
    colour: 'rgb',
    alpha: canvas?.alpha === true || still.alpha || alphaChunk || !coversCanvas,
    lossy: still.lossy,
    profile: fittingProfile(profile, 'rgb'),
  };
}

/** Far more than a WebP has; limits the time that a file of empty chunks can take. */
const MAX_CHUNKS = 100_000;

function* readChunks(view: ByteView, from: number, end: number): Generator<Chunk, void> {
  for (let at = from, count = 1; at + 8 <= end; count++) {
    if (count > MAX_CHUNKS) throw view.damaged('has too many chunks');
    const length = view.u32(at + 4);
    if (at + 8 + length > end) throw view.damaged('has a chunk that does not fit');
    yield { type: view.ascii(at, 4), at: at + 8, length };
    // Chunks are padded to an even length.
    at += 8 + length + (length % 2);
  }
}

/** Width and height, each minus one, in three bytes. */
const sizeAt = (view: ByteView, at: number): Size => ({
  width: view.u24(at) + 1,
  height: view.u24(at + 3) + 1,
});

/** The first frame: its place, its size, how it is shown, then its own chunks, of which the picture is the last. */
function firstFrame(view: ByteView, at: number, length: number): Coded {
  const size = sizeAt(view, at + 6);
  let alphaChunk = false;
  for (const chunk of readChunks(view, at + 16, at + length)) {
    alphaChunk ||= chunk.type === 'ALPH';
    if (chunk.type === 'VP8 ')
      return { ...lossySize(view, chunk.at, chunk.length), ...size, alpha: alphaChunk };
    if (chunk.type === 'VP8L') return { ...losslessSize(view, chunk.at), ...size };
  }
  throw view.damaged('has no picture data');
}

/** VP8: a frame tag of three bytes with the length of the first partition, a start code, the size. */
function lossySize(view: ByteView, at: number, length: number): Coded {
  const firstPartition = view.u24(at) >> 5;
  if (!startsWith(view.bytes, '\x9d\x01\x2a', at + 3)) throw view.damaged('has no picture data');
  if (10 + firstPartition > length) throw view.damaged('is cut short');
  const side = (offset: number) => view.u16(at + offset) & 0x3fff;
  return { width: side(6), height: side(8), lossy: true, alpha: false };
}

/** VP8L: a signature byte, then width and height minus one, 14 bits each, and a bit for alpha. */
function losslessSize(view: ByteView, at: number): Coded {
  if (view.u8(at) !== 0x2f) throw view.damaged('has no picture data');
  const packed = view.u32(at + 1);
  const side = (shift: number) => ((packed >>> shift) & 0x3fff) + 1;
  return { width: side(0), height: side(14), lossy: false, alpha: ((packed >>> 28) & 1) === 1 };
}
