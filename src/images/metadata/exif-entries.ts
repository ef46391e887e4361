import { ByteView, startsWith } from '../formats/byte-view.js';
import { byteOrderOf } from '../formats/exif.js';

/** Directories of an EXIF block: of the picture as a whole, of how it was taken, where, and how to read it. */
export type ExifDirectory = 'image' | 'exif' | 'gps' | 'interop';

/** The tag that points to a directory, and the directory that it is in. */
export const POINTERS: readonly [directory: ExifDirectory, parent: ExifDirectory, tag: number][] = [
  ['exif', 'image', 0x8769],
  ['gps', 'image', 0x8825],
  ['interop', 'exif', 0xa005],
];

/** Bytes of a value, by type from 1, and of the numbers in it: a fraction consists of two. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
const NUMBER_SIZES = [0, 1, 1, 2, 4, 4, 1, 1, 2, 4, 4, 4, 8, 4];
/** UTF-8 text, since EXIF 3. */
const UTF8 = 129;

export const sizeOf = (type: number) => (type === UTF8 ? 1 : (SIZES[type] ?? 0));
export const numberSizeOf = (type: number) => (type === UTF8 ? 1 : (NUMBER_SIZES[type] ?? 1));

/** A field of a directory, by where it is in the block. */
export interface ExifEntry {
  tag: number;
  type: number;
  /** Offset and length of its value. */
  at: number;
  length: number;
}

/** The block without the "Exif" that JPEG puts before it. */
export function withoutPrefix(block: Uint8Array): Uint8Array {
  return startsWith(block, 'Exif\0\0') ? block.subarray(6) : block;
}

/** A view of a TIFF structure in its own byte order; undefined if it is none. */
export function exifView(block: Uint8Array): ByteView | undefined {
  const littleEndian = byteOrderOf(block);
  if (littleEndian === undefined || block.length < 8) return undefined;
  return new ByteView(block, 'its EXIF block', littleEndian);
}

/** Entries of a directory whose values lie within the block, and the offset of the next directory, 0 for none. */
export function readEntries(view: ByteView, at: number): { entries: ExifEntry[]; next: number } {
  if (at < 8 || at + 2 > view.length) return { entries: [], next: 0 };
  const count = view.u16(at);
  const entries: ExifEntry[] = [];
  for (let index = 0; index < count; index++) {
    const start = at + 2 + index * 12;
    if (start + 12 > view.length) return { entries, next: 0 };
    const type = view.u16(start + 2);
    const length = sizeOf(type) * view.u32(start + 4);
    // Values of up to four bytes are stored in the entry itself.
    const value = length <= 4 ? start + 8 : view.u32(start + 8);
    if (length > 0 && value + length <= view.length)
      entries.push({ tag: view.u16(start), type, at: value, length });
  }
  const end = at + 2 + count * 12;
  return { entries, next: end + 4 <= view.length ? view.u32(end) : 0 };
}

/** Offsets of the directories that a block has. */
export function directoriesOf(view: ByteView): Map<ExifDirectory, number> {
  const found = new Map<ExifDirectory, number>([['image', view.u32(4)]]);
  for (const [directory, parent, tag] of POINTERS) {
    const at = found.get(parent);
    const pointer =
      at === undefined ? undefined : readEntries(view, at).entries.find((entry) => entry.tag === tag);
    if (pointer?.length === 4) found.set(directory, view.u32(pointer.at));
  }
  return found;
}
