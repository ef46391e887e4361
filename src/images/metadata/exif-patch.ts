import type { ByteView } from '../formats/byte-view.js';
import { directoriesOf, exifView, type ExifEntry, readEntries, sizeOf } from './exif-entries.js';
import type { Span } from './spans.js';

/** Properties of a picture that readers take from its EXIF, although the file says it as well. */
export interface PictureShape {
  width: number;
  height: number;
  /** As an EXIF orientation, 1 to 8. */
  orientation: number;
  /** Whether it has a colour profile. */
  hasProfile: boolean;
}

const TAG = {
  width: 0x0100,
  height: 0x0101,
  stripOffsets: 0x0111,
  orientation: 0x0112,
  stripLengths: 0x0117,
  thumbnail: 0x0201,
  thumbnailLength: 0x0202,
  colourSpace: 0xa001,
  exifWidth: 0xa002,
  exifHeight: 0xa003,
} as const;

const SHORT = 3;
const LONG = 4;

const SRGB = 1;
const UNCALIBRATED = 0xffff;

/** Directories of small copies that a block can have; also ends circular chains. */
const MAX_THUMBNAILS = 8;

/**
 * A block that describes another picture, of this shape. All fields stay where they are, so that maker
 * notes still find what their offsets point to. Fields that are missing are not added.
 */
export function describing(block: Uint8Array, shape: PictureShape): Uint8Array {
  const copy = Buffer.from(block);
  const view = exifView(copy);
  if (view === undefined) return copy;
  const changes = new Map<number, number>([
    [TAG.orientation, shape.orientation],
    [TAG.width, shape.width],
    [TAG.height, shape.height],
    [TAG.exifWidth, shape.width],
    [TAG.exifHeight, shape.height],
    [TAG.colourSpace, shape.hasProfile ? UNCALIBRATED : SRGB],
  ]);
  const directories = directoriesOf(view);
  for (const directory of ['image', 'exif'] as const) {
    const at = directories.get(directory);
    if (at === undefined) continue;
    for (const entry of readEntries(view, at).entries) {
      const number = changes.get(entry.tag);
      if (number !== undefined) writeNumber(copy, view.littleEndian, entry, number);
    }
  }
  return copy;
}

/**
 * The block without its thumbnails, which show what was cropped or blurred later: they are overwritten, and cut off
 * where they are the end of the block, as in most files. Previews inside maker notes stay.
 */
export function withoutThumbnails(block: Uint8Array): Uint8Array {
  const copy = Buffer.from(block);
  const view = exifView(copy);
  if (view === undefined) return copy;
  const directories = [...directoriesOf(view).values()];
  const [first = 0] = directories;
  const spans = [...thumbnailSpans(view, readEntries(view, first).next)];
  const last = spans.find(({ end }) => end >= copy.length - 1);
  const used = Math.max(...directories.map((at) => endOf(view, at)));
  for (const { start, end } of spans) copy.subarray(start, end).fill(0);
  unlinkNext(copy, view, first);
  return last !== undefined && last.start >= used ? copy.subarray(0, last.start) : copy;
}

/** The directories of thumbnails, their values, and their pixels. */
function* thumbnailSpans(view: ByteView, first: number): Generator<Span, void> {
  for (let at = first, count = 0; at !== 0 && count < MAX_THUMBNAILS; count++) {
    const { entries, next } = readEntries(view, at);
    for (const [offset, length] of [
      [TAG.thumbnail, TAG.thumbnailLength],
      [TAG.stripOffsets, TAG.stripLengths],
    ] as const) {
      const lengths = numbersOf(view, entries, length);
      for (const [index, start] of numbersOf(view, entries, offset).entries()) {
        yield { start, end: Math.min(start + (lengths[index] ?? 0), view.length) };
      }
    }
    for (const { at: start, length } of entries) yield { start, end: start + length };
    yield { start: at, end: Math.min(at + 2 + 12 * entries.length + 4, view.length) };
    at = next;
  }
}

/** All numbers of a field of SHORT or LONG values. */
function numbersOf(view: ByteView, entries: readonly ExifEntry[], tag: number): number[] {
  const entry = entries.find((candidate) => candidate.tag === tag);
  if (entry === undefined || (entry.type !== SHORT && entry.type !== LONG)) return [];
  const size = sizeOf(entry.type);
  return Array.from({ length: entry.length / size }, (_, index) => {
    const at = entry.at + index * size;
    return size === 2 ? view.u16(at) : view.u32(at);
  });
}

function writeNumber(block: Buffer, littleEndian: boolean, { type, at }: ExifEntry, number: number): void {
  if (type === SHORT && littleEndian) block.writeUInt16LE(Math.min(number, 0xffff), at);
  else if (type === SHORT) block.writeUInt16BE(Math.min(number, 0xffff), at);
  else if (type === LONG && littleEndian) block.writeUInt32LE(number, at);
  else if (type === LONG) block.writeUInt32BE(number, at);
}

/** Where the last value of a directory, or the directory itself, ends. */
function endOf(view: ByteView, at: number): number {
  const { entries } = readEntries(view, at);
  return Math.max(at + 2 + 12 * entries.length + 4, ...entries.map((entry) => entry.at + entry.length));
}

/** Makes a directory the last one. */
function unlinkNext(block: Buffer, view: ByteView, at: number): void {
  if (at + 2 > view.length) return;
  const pointer = at + 2 + 12 * view.u16(at);
  block.subarray(pointer, pointer + 4).fill(0);
}
