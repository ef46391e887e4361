/* Writes PNG files, in all the forms that the corpus needs. */
import { deflateSync } from 'node:zlib';
import { pngChunk } from '../../images/samples.js';
import { samples, type Colours } from './colours.js';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const GREY = 0;
const RGB = 2;
const PALETTE = 3;
const COLOUR_TYPES = [GREY, 4, RGB, 6];

export type Chunk = readonly [type: string, data: Uint8Array];

export interface PngOptions {
  bits?: 8 | 16;
  /** Chunks before the pixels, and behind them. */
  before?: readonly Chunk[];
  after?: readonly Chunk[];
  interlaced?: boolean;
}

export function png(colours: Colours, options: PngOptions = {}): Buffer {
  const { bits = 8 } = options;
  const type = COLOUR_TYPES[colours.channels - 1] ?? RGB;
  return assembled(
    { ...colours, type, bits, pixel: (colours.channels * bits) / 8 },
    samples(colours, bits),
    options,
  );
}

/** A PNG of palette indices. */
export function palettePng(
  { width, height, indices, palette }: Indexed,
  { before = [], ...options }: Omit<PngOptions, 'bits'> = {},
): Buffer {
  const colours: Chunk = ['PLTE', Buffer.from(palette.flat())];
  const [first, rest] = [
    before.filter(([type]) => type === 'iCCP'),
    before.filter(([type]) => type !== 'iCCP'),
  ];
  return assembled({ width, height, type: PALETTE, bits: 8, pixel: 1 }, Buffer.from(indices), {
    ...options,
    before: [...first, colours, ...rest],
  });
}

export interface Indexed {
  width: number;
  height: number;
  indices: Uint8Array;
  palette: (readonly [number, number, number])[];
}

interface Form {
  width: number;
  height: number;
  type: number;
  bits: number;
  /** Bytes of a pixel. */
  pixel: number;
}

function assembled(
  form: Form,
  data: Buffer,
  { before = [], after = [], interlaced = false }: PngOptions,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(form.width, 0);
  header.writeUInt32BE(form.height, 4);
  header.set([form.bits, form.type, 0, 0, interlaced ? 1 : 0], 8);
  const rows = interlaced ? ADAM7.map((pass) => rowsOf(form, data, pass)) : [rowsOf(form, data, WHOLE)];
  const chunks: Chunk[] = [
    ['IHDR', header],
    ...before,
    ['IDAT', deflateSync(Buffer.concat(rows))],
    ...after,
    ['IEND', Buffer.alloc(0)],
  ];
  return Buffer.concat([SIGNATURE, ...chunks.map(([type, content]) => pngChunk(type, content))]);
}

type Pass = readonly [x: number, y: number, right: number, down: number];
const WHOLE: Pass = [0, 0, 1, 1];
const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** The rows of a pass, each behind its filter type, which is none. */
function rowsOf({ width, height, pixel }: Form, data: Buffer, [left, top, right, down]: Pass): Buffer {
  const rows: Buffer[] = [];
  for (let y = top; y < height; y += down) {
    const row: Buffer[] = [Buffer.alloc(1)];
    for (let x = left; x < width; x += right) {
      const at = (y * width + x) * pixel;
      row.push(data.subarray(at, at + pixel));
    }
    if (row.length > 1) rows.push(...row);
  }
  return Buffer.concat(rows);
}

export const iccp = (profile: Uint8Array): Chunk => [
  'iCCP',
  Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(profile)]),
];

/** An animation of one frame more than the picture, which is its first. */
export function animationChunks(frame: Colours): { before: Chunk[]; after: Chunk[] } {
  const { width, height } = frame;
  const control = (sequence: number): Chunk => {
    const data = Buffer.alloc(26);
    data.writeUInt32BE(sequence, 0);
    data.writeUInt32BE(width, 4);
    data.writeUInt32BE(height, 8);
    data.writeUInt16BE(100, 20);
    data.writeUInt16BE(100, 22);
    return ['fcTL', data];
  };
  const form = { width, height, type: RGB, bits: 8, pixel: 3 };
  const pixels = deflateSync(rowsOf(form, samples(frame), WHOLE));
  return {
    before: [['acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])], control(0)],
    after: [control(1), ['fdAT', Buffer.concat([Buffer.from([0, 0, 0, 2]), pixels])]],
  };
}
