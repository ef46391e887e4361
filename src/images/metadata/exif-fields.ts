import {
  directoriesOf,
  type ExifDirectory,
  exifView,
  numberSizeOf,
  POINTERS,
  readEntries,
  sizeOf,
} from './exif-entries.js';

/** A field of EXIF, taken out of its block. */
export interface ExifField {
  directory: ExifDirectory;
  tag: number;
  type: number;
  /** Little-endian. */
  data: Uint8Array;
}

export const MAKER_NOTE = 0x927c;

const ASCII = 2;
const LONG = 4;

/** The fields of a block, none if it cannot be read. The thumbnail and its directory are left out. */
export function readExif(block: Uint8Array): ExifField[] {
  const view = exifView(block);
  if (view === undefined) return [];
  const fields: ExifField[] = [];
  // Values do not overlap in a sound block: a small one cannot hold many large values.
  let room = block.length;
  for (const [directory, at] of directoriesOf(view)) {
    for (const { tag, type, at: start, length } of readEntries(view, at).entries) {
      const isPointer = POINTERS.some(([, parent, pointer]) => parent === directory && pointer === tag);
      if (isPointer || length > room) continue;
      room -= length;
      const data = Uint8Array.from(view.slice(start, length));
      if (!view.littleEndian) swap(data, numberSizeOf(type));
      fields.push({ directory, tag, type, data });
    }
  }
  return fields;
}

function swap(data: Uint8Array, size: number): void {
  for (let at = 0; at + size <= data.length && size > 1; at += size) data.subarray(at, at + size).reverse();
}

/** A text field. Its type is ASCII, in which readers expect UTF-8. */
export function textField(directory: ExifDirectory, tag: number, text: string): ExifField {
  return { directory, tag, type: ASCII, data: Buffer.from(`${text}\0`) };
}

/**
 * A block of these fields; of several with the same tag the last one counts. Everything is laid out anew, so that maker
 * notes with offsets into the old block lose what those point to.
 */
export function writeExif(fields: readonly ExifField[]): Uint8Array {
  const unique = [...new Map(fields.map((field) => [`${field.directory} ${field.tag}`, field])).values()];
  const directories = new Map<ExifDirectory, ExifField[]>();
  // Backwards, since the pointer to a directory is a field of another one.
  for (const directory of ['interop', 'gps', 'exif', 'image'] as const) {
    const own = unique.filter((field) => field.directory === directory);
    for (const [child, parent, tag] of POINTERS) {
      if (parent !== directory || !directories.has(child)) continue;
      own.push({ directory, tag, type: LONG, data: new Uint8Array(4) });
    }
    own.sort((one, other) => one.tag - other.tag);
    if (own.length > 0 || directory === 'image') directories.set(directory, own);
  }

  let end = 8;
  const offsets = new Map<ExifDirectory, number>();
  for (const [directory, own] of [...directories].reverse()) {
    offsets.set(directory, end);
    end += lengthOfDirectory(own);
  }
  const block = Buffer.alloc(end);
  block.write('II*\0\x08\0\0\0', 'latin1');
  for (const [directory, own] of directories) {
    for (const [child, parent, tag] of POINTERS) {
      const pointer = parent === directory ? own.find((field) => field.tag === tag) : undefined;
      if (pointer !== undefined) pointer.data = bytesOf(offsets.get(child) ?? 0);
    }
    writeDirectory(block, offsets.get(directory) ?? 0, own);
  }
  return block;
}

const padded = (length: number) => length + (length % 2);

/** A count, the entries, the offset of the next directory, and the values that do not fit into their entries. */
function lengthOfDirectory(fields: readonly ExifField[]): number {
  const values = fields.map(({ data }) => (data.length <= 4 ? 0 : padded(data.length)));
  return 2 + 12 * fields.length + 4 + values.reduce((sum, length) => sum + length, 0);
}

function writeDirectory(block: Buffer, at: number, fields: readonly ExifField[]): void {
  block.writeUInt16LE(fields.length, at);
  let free = at + 2 + 12 * fields.length + 4;
  for (const [index, { tag, type, data }] of fields.entries()) {
    const entry = at + 2 + 12 * index;
    block.writeUInt16LE(tag, entry);
    block.writeUInt16LE(type, entry + 2);
    block.writeUInt32LE(data.length / sizeOf(type), entry + 4);
    if (data.length <= 4) {
      block.set(data, entry + 8);
    } else {
      block.writeUInt32LE(free, entry + 8);
      block.set(data, free);
      free += padded(data.length);
    }
  }
}

function bytesOf(long: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(long);
  return bytes;
}
