import { startsWith } from '../formats/byte-view.js';
import { MARKER, readSegments, type Segment } from './jpeg-segments.js';
import { PNG_SIGNATURE, readPngChunks } from './png-chunks.js';
import { assembled, type Piece } from './spans.js';
import { readWebpChunks, VP8X_BIT, webpFile, type WebpChunk, withBits } from './webp-chunks.js';

/** Formats whose metadata can be changed without encoding the pixels again. */
export type CuttableFormat = 'jpeg' | 'png' | 'webp';

/**
 * The picture without anything but what a decoder needs for its pixels and their colours. Pixels are not encoded again,
 * and the bytes themselves are returned if there is nothing to cut. What is kept is listed, not what is cut: a kind of
 * metadata that nobody has thought of goes too. Whatever follows the end of the picture goes as well: a film, a gain
 * map, more pictures.
 *
 * @throws DamagedPictureError the structure cannot be followed to its end
 */
export function withoutMetadata(bytes: Uint8Array, format: CuttableFormat): Uint8Array {
  return assembled(bytes, PIECES[format](bytes));
}

const PIECES: Readonly<Record<CuttableFormat, (bytes: Uint8Array) => Iterable<Piece>>> = {
  jpeg: jpegPieces,
  png: pngPieces,
  webp: webpPieces,
};

function* jpegPieces(bytes: Uint8Array): Generator<Piece, void> {
  for (const segment of readSegments(bytes)) yield* keptOfSegment(segment);
}

/** JFIF up to the size of its thumbnail, and Adobe's segment: their known lengths, in bytes. */
const JFIF_LENGTH = 12;
const ADOBE_LENGTH = 12;

/** Frames, tables, scans, restart intervals, the start and the end: C0 to CF and D8 to DF. */
const isOfPixels = (marker: number) =>
  (marker >= 0xc0 && marker <= 0xcf) || (marker >= 0xd8 && marker <= 0xdf);

function* keptOfSegment(segment: Segment): Generator<Piece, void> {
  const { marker, data } = segment;
  if (isOfPixels(marker) || (marker === MARKER.app2 && startsWith(data, 'ICC_PROFILE\0'))) {
    yield segment;
  } else if (marker === MARKER.app0 && startsWith(data, 'JFIF\0') && data.length >= JFIF_LENGTH) {
    // Without its thumbnail, which shows what was cropped or blurred later.
    yield* shortened(segment, JFIF_LENGTH, [0, 0]);
  } else if (marker === MARKER.app14 && startsWith(data, 'Adobe') && data.length >= ADOBE_LENGTH) {
    // Says how the colours are stored.
    yield* shortened(segment, ADOBE_LENGTH, []);
  }
}

/** A segment of the first bytes of this one's content and a fixed end; the segment itself if it is like that. */
function* shortened(segment: Segment, length: number, end: readonly number[]): Generator<Piece, void> {
  const { marker, data } = segment;
  if (data.length === length + end.length && end.every((byte, index) => data[length + index] === byte)) {
    yield segment;
  } else {
    yield Uint8Array.of(0xff, marker, 0, 2 + length + end.length, ...data.subarray(0, length), ...end);
  }
}

/** Header, pixels, and what changes how they look. */
const PNG_KEPT = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS'],
  ...['gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'mDCV', 'cLLI'],
  ...['sBIT', 'pHYs', 'bKGD', 'hIST'],
]);

function* pngPieces(bytes: Uint8Array): Generator<Piece, void> {
  let start = 0;
  let end = PNG_SIGNATURE.length;
  yield { start, end };
  for (const chunk of readPngChunks(bytes)) {
    ({ start, end } = chunk);
    if (PNG_KEPT.has(chunk.type)) yield { start, end };
  }
}

const WEBP_KEPT = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);

function webpPieces(bytes: Uint8Array): Piece[] {
  const kept = [...readWebpChunks(bytes)].filter(({ type }) => WEBP_KEPT.has(type));
  return webpFile(
    bytes,
    kept.map((chunk) => withoutItsBits(bytes, chunk)),
  );
}

/** VP8X says which kinds of chunks there are. */
function withoutItsBits(bytes: Uint8Array, chunk: WebpChunk): Piece {
  const [bits = 0] = chunk.data;
  const kept = bits & ~(VP8X_BIT.exif | VP8X_BIT.xmp);
  return chunk.type !== 'VP8X' || kept === bits ? chunk : withBits(bytes, chunk, kept);
}
