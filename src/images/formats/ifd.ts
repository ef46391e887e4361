import type { ByteView } from './byte-view.js';

/** Bytes per value, by TIFF field type from 1: bytes, text, fractions, floats. */
const TYPE_SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/** Integer types: BYTE, SHORT, LONG, IFD. */
const WHOLE_NUMBERS = new Set([1, 3, 4, 13]);

/** BYTE, ASCII and UNDEFINED. */
const BYTES = new Set([1, 2, 7]);

/** One directory of a TIFF structure, which EXIF uses as well. */
export interface Directory {
  /** The first value of a tag; undefined if the tag is absent or not an integer. */
  value: (tag: number) => number | undefined;
  /** All values of a tag, read one by one, so that a false count allocates nothing. */
  values: (tag: number) => Iterable<number>;
  /** All bytes of a tag of BYTE, ASCII or UNDEFINED values; undefined if the tag is absent or of another type. */
  bytes: (tag: number) => Uint8Array | undefined;
  has: (tag: number) => boolean;
  /** Offset at which the last value of any tag ends. */
  end: number;
  /** Offset of the next directory, 0 for none. */
  next: number;
}

/** Reads the directory at an offset; each entry has 12 bytes: tag, type, count, value or offset. */
export function readDirectory(view: ByteView, at: number): Directory {
  const count = view.u16(at);
  const entries = new Map<number, number>();
  let end = at + 2 + count * 12 + 4;
  for (let index = 0; index < count; index++) {
    const entry = at + 2 + index * 12;
    const tag = view.u16(entry);
    if (!entries.has(tag)) entries.set(tag, entry);
    const bytes = (TYPE_SIZES[view.u16(entry + 2)] ?? 0) * view.u32(entry + 4);
    if (bytes > 4) end = Math.max(end, view.u32(entry + 8) + bytes);
  }

  function* values(tag: number): Generator<number, void> {
    const entry = entries.get(tag);
    if (entry === undefined) return;
    const type = view.u16(entry + 2);
    const size = TYPE_SIZES[type] ?? 0;
    if (!WHOLE_NUMBERS.has(type)) return;
    const length = view.u32(entry + 4);
    // Values of up to four bytes are stored in the entry itself.
    const start = size * length <= 4 ? entry + 8 : view.u32(entry + 8);
    for (let index = 0; index < length; index++) {
      const position = start + index * size;
      yield size === 1 ? view.u8(position) : size === 2 ? view.u16(position) : view.u32(position);
    }
  }

  function bytes(tag: number): Uint8Array | undefined {
    const entry = entries.get(tag);
    if (entry === undefined || !BYTES.has(view.u16(entry + 2))) return undefined;
    const length = view.u32(entry + 4);
    return view.slice(length <= 4 ? entry + 8 : view.u32(entry + 8), length);
  }

  return {
    values,
    bytes,
    value: (tag) => values(tag).next().value ?? undefined,
    has: (tag) => entries.has(tag),
    end,
    next: view.u32(at + 2 + count * 12),
  };
}
