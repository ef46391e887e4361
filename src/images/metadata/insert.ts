import { crc32 } from 'node:zlib';
import { ByteView, startsWith } from '../formats/byte-view.js';
import { pngText } from '../formats/png-text.js';
import { probePicture } from '../probe.js';
import { type MetadataBlocks, PNG_XMP, XMP_PREFIX } from './blocks.js';
import type { CuttableFormat } from './cut.js';
import { PHOTOSHOP, resourcesOf } from './iptc.js';
import { MARKER, readSegments, type Segment } from './jpeg-segments.js';
import { PNG_SIGNATURE, type PngChunk, readPngChunks } from './png-chunks.js';
import { assembled, type Piece } from './spans.js';
import { readWebpChunks, VP8X_BIT, webpFile, type WebpChunk, withBits } from './webp-chunks.js';

/** Blocks that can be put into a picture. */
export type NewBlocks = Pick<MetadataBlocks, 'exif' | 'xmp' | 'iptc'>;

const EXIF_PREFIX = 'Exif\0\0';

/** Content of a JPEG's segment, whose length has 16 bits. */
const MAX_SEGMENT = 65_533;
/** Adobe's limit, which is two bytes below what would fit. */
const MAX_JPEG_XMP = 65_502;
/** Far below what strict readers of PNG refuse. */
const MAX_CHUNK = 1_000_000;

/** Most bytes of a block that a format can hold; 0 for none. */
export const BLOCK_LIMITS: Readonly<Record<CuttableFormat, Record<keyof NewBlocks, number>>> = {
  jpeg: {
    exif: MAX_SEGMENT - EXIF_PREFIX.length,
    xmp: MAX_JPEG_XMP,
    iptc: MAX_SEGMENT - PHOTOSHOP.length - resourcesOf(new Uint8Array(1)).length,
  },
  png: { exif: MAX_CHUNK, xmp: MAX_CHUNK, iptc: 0 },
  webp: { exif: MAX_CHUNK, xmp: MAX_CHUNK, iptc: 0 },
};

/**
 * The picture with these blocks, each in the place of what the picture has of its kind. Pixels are not encoded again.
 *
 * @param blocks each within the limit of the format
 * @throws DamagedPictureError the structure cannot be followed to its end
 */
export function withBlocks(bytes: Uint8Array, format: CuttableFormat, blocks: NewBlocks): Uint8Array {
  return assembled(bytes, PIECES[format](bytes, blocks));
}

type Pieces = (bytes: Uint8Array, blocks: NewBlocks) => Iterable<Piece>;
const PIECES: Readonly<Record<CuttableFormat, Pieces>> = {
  jpeg: jpegPieces,
  png: pngPieces,
  webp: webpPieces,
};

/** Whether there are Content Credentials (C2PA), which sign all bytes of the file. */
export function hasCredentials(bytes: Uint8Array, format: CuttableFormat): boolean {
  switch (format) {
    case 'jpeg':
      return [...readSegments(bytes)].some(
        ({ marker, data }) => marker === MARKER.app11 && Buffer.from(data).includes('c2pa'),
      );
    case 'png':
      return [...readPngChunks(bytes)].some(({ type }) => type === 'caBX');
    case 'webp':
      return [...readWebpChunks(bytes)].some(({ type }) => type === 'C2PA');
  }
}

function* jpegPieces(bytes: Uint8Array, { exif, xmp, iptc }: NewBlocks): Generator<Piece, void> {
  let isInserted = false;
  let end = 0;
  for (const segment of readSegments(bytes)) {
    // JFIF is first, by its own rules.
    if (!isInserted && segment.marker !== MARKER.soi && segment.marker !== MARKER.app0) {
      isInserted = true;
      if (exif !== undefined) yield jpegSegment(MARKER.app1, EXIF_PREFIX, exif);
      if (xmp !== undefined) yield jpegSegment(MARKER.app1, XMP_PREFIX, xmp);
      if (iptc !== undefined) yield jpegSegment(MARKER.app13, PHOTOSHOP, resourcesOf(iptc));
    }
    if (!isReplacedSegment(segment, { exif, xmp, iptc })) yield { start: segment.start, end: segment.end };
    ({ end } = segment);
  }
  if (end < bytes.length) yield { start: end, end: bytes.length };
}

function isReplacedSegment({ marker, data }: Segment, { exif, xmp, iptc }: NewBlocks): boolean {
  if (marker === MARKER.app13) return iptc !== undefined && startsWith(data, PHOTOSHOP);
  if (marker !== MARKER.app1) return false;
  return (
    (exif !== undefined && startsWith(data, EXIF_PREFIX)) ||
    (xmp !== undefined && startsWith(data, XMP_PREFIX))
  );
}

function jpegSegment(marker: number, prefix: string, block: Uint8Array): Uint8Array {
  const length = 2 + prefix.length + block.length;
  return Buffer.concat([
    Uint8Array.of(0xff, marker, length >> 8, length & 0xff),
    Buffer.from(prefix, 'latin1'),
    block,
  ]);
}

function* pngPieces(bytes: Uint8Array, { exif, xmp }: NewBlocks): Generator<Piece, void> {
  let isInserted = false;
  let end = PNG_SIGNATURE.length;
  yield { start: 0, end };
  for (const chunk of readPngChunks(bytes)) {
    if (!isInserted && chunk.type === 'IDAT') {
      isInserted = true;
      if (exif !== undefined) yield pngChunk('eXIf', exif);
      // Neither packed, nor in a language, nor with a translated keyword.
      if (xmp !== undefined)
        yield pngChunk('iTXt', Buffer.concat([Buffer.from(`${PNG_XMP}\0\0\0\0\0`), xmp]));
    }
    if (!isReplacedChunk(chunk, { exif, xmp })) yield { start: chunk.start, end: chunk.end };
    ({ end } = chunk);
  }
  if (end < bytes.length) yield { start: end, end: bytes.length };
}

function isReplacedChunk({ type, data }: PngChunk, { exif, xmp }: NewBlocks): boolean {
  if (type === 'eXIf') return exif !== undefined;
  const keyword = pngText(type, data)?.keyword ?? '';
  return (
    (exif !== undefined && /^Raw profile type (exif|APP1)$/.test(keyword)) ||
    (xmp !== undefined && [PNG_XMP, 'Raw profile type xmp'].includes(keyword))
  );
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function webpPieces(bytes: Uint8Array, { exif, xmp }: NewBlocks): Piece[] {
  const isReplaced = (type: string) =>
    (type === 'EXIF' && exif !== undefined) || (type === 'XMP ' && xmp !== undefined);
  const chunks = [...readWebpChunks(bytes)];
  const added = (exif === undefined ? 0 : VP8X_BIT.exif) | (xmp === undefined ? 0 : VP8X_BIT.xmp);
  const header = chunks.find(({ type }) => type === 'VP8X');
  return webpFile(bytes, [
    header === undefined
      ? newHeader(bytes, chunks, added)
      : withBits(bytes, header, (header.data[0] ?? 0) | added),
    ...chunks.filter((chunk) => chunk !== header && !isReplaced(chunk.type)),
    ...(exif === undefined ? [] : [webpChunk('EXIF', exif)]),
    ...(xmp === undefined ? [] : [webpChunk('XMP ', xmp)]),
  ]);
}

/** A simple file has no VP8X chunk, which says how large it is, whether it has alpha, and what else there is. */
function newHeader(bytes: Uint8Array, chunks: readonly WebpChunk[], bits: number): Uint8Array {
  const { width, height } = probePicture(bytes);
  const data = Buffer.alloc(10);
  data[0] = bits | (chunks.some(hasAlpha) ? VP8X_BIT.alpha : 0);
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return webpChunk('VP8X', data);
}

/** The bit behind width and height of a lossless picture. */
function hasAlpha({ type, data }: WebpChunk): boolean {
  return type === 'ALPH' || (type === 'VP8L' && (new ByteView(data, 'the WebP').u8(4) & 0x10) !== 0);
}

/** Its last byte, which pads it, comes with the file. */
function webpChunk(type: string, data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}
