/* Writes GIF files of at most 125 colours. */
import { mapped, type Colours } from './colours.js';
import type { Indexed } from './png.js';

const LEVELS = 5;
/** Behind the colours of the cube. */
export const TRANSPARENT = LEVELS ** 3;

const level = (value: number) => Math.round(value * (LEVELS - 1));

/** The picture in the colours that a palette of 125 has. */
export const reduced = (colours: Colours): Colours =>
  mapped(colours, (pixel) => pixel.map((value) => level(value) / (LEVELS - 1)));

export function indexed(colours: Colours): Indexed {
  const { width, height } = colours;
  const { values } = mapped(colours, ([red = 0, green = 0, blue = 0]) => [
    (level(red) * LEVELS + level(green)) * LEVELS + level(blue),
  ]);
  const byte = (step: number) => Math.round((step / (LEVELS - 1)) * 255);
  const steps = Array.from({ length: LEVELS }, (_, step) => byte(step));
  const palette = steps.flatMap((red) =>
    steps.flatMap((green) => steps.map((blue) => [red, green, blue] as const)),
  );
  return { width, height, palette, indices: Uint8Array.from(values) };
}

export interface GifFrame extends Indexed {
  left?: number;
  top?: number;
  /** Index of the colour that is transparent. */
  transparent?: number;
}

export interface GifOptions {
  /** Size of the screen; the first frame's by default. */
  screen?: { width: number; height: number };
  trailer?: boolean;
  /** At most 255 bytes. */
  comment?: string;
}

export function gif(
  frames: readonly GifFrame[],
  { screen, trailer = true, comment }: GifOptions = {},
): Buffer {
  const [first] = frames;
  if (first === undefined) throw new Error('a GIF needs a frame');
  const { width, height } = screen ?? first;
  const head = Buffer.alloc(13);
  head.write('GIF89a', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  // A table of 2^7 colours for all frames.
  head[10] = 0b1111_0110;
  const table = Buffer.alloc(128 * 3);
  table.set(first.palette.flat());
  const note =
    comment === undefined
      ? []
      : [Buffer.from([0x21, 0xfe, comment.length]), Buffer.from(`${comment}\0`, 'latin1')];
  const parts = frames.flatMap((frame) => [controlOf(frame), pixelsOf(frame)]);
  return Buffer.concat([head, table, ...note, ...parts, Buffer.from(trailer ? [0x3b] : [])]);
}

function controlOf({ transparent }: GifFrame): Buffer {
  const flags = transparent === undefined ? 0 : 1;
  return Buffer.from([0x21, 0xf9, 4, flags, 10, 0, transparent ?? 0, 0]);
}

const CLEAR = 128;
const END = 129;

/** LZW in which no code but single pixels occurs: 8 bits each, as the table is cleared before it grows. */
function pixelsOf({ left = 0, top = 0, width, height, indices }: GifFrame): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x2c;
  [left, top, width, height].forEach((value, index) => head.writeUInt16LE(value, 1 + index * 2));
  const codes: number[] = [];
  indices.forEach((index, at) => {
    if (at % 100 === 0) codes.push(CLEAR);
    codes.push(index);
  });
  codes.push(END);
  const blocks: Buffer[] = [];
  for (let at = 0; at < codes.length; at += 255) {
    const block = codes.slice(at, at + 255);
    blocks.push(Buffer.from([block.length, ...block]));
  }
  return Buffer.concat([head, Buffer.from([7]), ...blocks, Buffer.from([0])]);
}
