/* Writes TIFF files: one strip, not compressed, least significant byte first. */
import type { Colours } from './colours.js';

const [SHORT, LONG, UNDEFINED] = [3, 4, 7];
const BYTES_OF: Readonly<Record<number, number>> = { [SHORT]: 2, [LONG]: 4, [UNDEFINED]: 1 };

export interface TiffOptions {
  /** 32: floating-point numbers. */
  bits?: 8 | 16 | 32;
  /** Meaning of the numbers: 1 grey, 2 RGB, 5 CMYK, 8 Lab. */
  photometric?: number;
  orientation?: number;
  profile?: Uint8Array;
  /** 1: the colours are multiplied with alpha, 2: they are not. */
  alpha?: 1 | 2;
  /** For floating-point numbers and Lab: the numbers are written as they are. */
  raw?: boolean;
}

type Entry = [tag: number, type: number, values: readonly number[] | Uint8Array];

/** A file of one page or several. */
export function tiff(pages: Colours | readonly Colours[], options: TiffOptions = {}): Buffer {
  const parts: Buffer[] = [Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0])];
  let size = 8;
  /** Appends at an even place. */
  const append = (part: Buffer): number => {
    const at = size;
    const padded = part.length % 2 === 0 ? part : Buffer.concat([part, Buffer.alloc(1)]);
    parts.push(padded);
    size += padded.length;
    return at;
  };
  let [link, linkAt] = [parts[0] as Buffer, 4];
  for (const page of 'channels' in pages ? [pages] : pages) {
    const pixels = numbers(page, options);
    const entries = entriesOf(page, options, append(pixels), pixels.length).map((entry) =>
      stored(entry, append),
    );
    const directory = Buffer.alloc(2 + entries.length * 12 + 4);
    directory.writeUInt16LE(entries.length, 0);
    entries.forEach((entry, index) => directory.set(entry, 2 + index * 12));
    link.writeUInt32LE(append(directory), linkAt);
    [link, linkAt] = [directory, directory.length - 4];
  }
  return Buffer.concat(parts);
}

function entriesOf(page: Colours, options: TiffOptions, at: number, length: number): Entry[] {
  const { width, height, channels } = page;
  const { bits = 8, photometric = channels < 3 ? 1 : 2, orientation, profile, alpha } = options;
  return [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array<number>(channels).fill(bits)],
    [259, SHORT, [1]],
    [262, SHORT, [photometric]],
    [273, LONG, [at]],
    ...(orientation === undefined ? [] : [[274, SHORT, [orientation]] satisfies Entry]),
    [277, SHORT, [channels]],
    [278, LONG, [height]],
    [279, LONG, [length]],
    [284, SHORT, [1]],
    ...(alpha === undefined ? [] : [[338, SHORT, [alpha]] satisfies Entry]),
    ...(bits === 32 ? [[339, SHORT, Array<number>(channels).fill(3)] satisfies Entry] : []),
    ...(profile === undefined ? [] : [[34_675, UNDEFINED, profile] satisfies Entry]),
  ];
}

/** An entry as a directory holds it: its values if they fit, else their place. */
function stored([tag, type, values]: Entry, append: (part: Buffer) => number): Buffer {
  const bytes = BYTES_OF[type] ?? 1;
  const data = Buffer.alloc(Math.max(4, values.length * bytes));
  values.forEach((value, index) => data.writeUIntLE(value, index * bytes, bytes));
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(tag, 0);
  entry.writeUInt16LE(type, 2);
  entry.writeUInt32LE(values.length, 4);
  if (data.length === 4) entry.set(data, 8);
  else entry.writeUInt32LE(append(data), 8);
  return entry;
}

function numbers({ values }: Colours, { bits = 8, raw = false }: TiffOptions): Buffer {
  const data = Buffer.alloc((values.length * bits) / 8);
  values.forEach((value, index) => {
    const at = (index * bits) / 8;
    if (bits === 32) data.writeFloatLE(value, at);
    else {
      const number = raw ? Math.round(value) : Math.round(Math.min(1, Math.max(0, value)) * (2 ** bits - 1));
      // Negative numbers, of Lab, in two's complement.
      data.writeUIntLE(number < 0 ? number + 2 ** bits : number, at, bits / 8);
    }
  });
  return data;
}
