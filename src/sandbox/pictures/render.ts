import { createHash } from 'node:crypto';
import type { Sharp } from 'sharp';
import type { Size } from '../queue/billing.js';

export interface RenderRequest {
  /** The bytes of the input pictures, at least one. */
  inputs: readonly Uint8Array[];
  prompt: string;
  seed: number;
  /** 0.01 keeps the picture, 1 leaves nothing of it; undefined if the model has no such field. */
  strength: number | undefined;
  size: Size;
}

/** Pixels of the copy that is painted, small so that the brush is wide in comparison. */
const CANVAS = 130_000;
const BRUSH = 7;
/** Share of the picture's own colours that shows through the paint, 0 to 1. */
const OWN = 0.3;
const LUMA = [0.299, 0.587, 0.114] as const;
/** Our darkest channel value, 0 to 255: moderated pictures are black. */
const DARKEST = 64;
/** Number of colours in the clouds, across and down. */
const CLOUDS = { width: 5, height: 4 } as const;
/** The letters of "sandbox" as strokes, each in a 5 x 5 square, since a machine may have no fonts. */
const LETTERS = [
  'M4.5.5h-4v2h4v2h-4',
  'M.5 4.5v-4h4v4m0-2h-4',
  'M.5 4.5v-4l4 4v-4',
  'M.5.5h3l1 1v2l-1 1h-3z',
  'M.5.5v4h4v-2h-4m0-2h3v2',
  'M.5.5h4v4h-4z',
  'M.5.5l4 4m0-4l-4 4',
];

/**
 * Stands in for the model: makes a real picture from the real inputs, the same one for the same request. Without a
 * strength the inputs are painted in colours derived from prompt and seed. With one (fal-api.md 1.3) the paint covers
 * them to that degree, and at the highest strengths clouds that do not depend on the inputs cover both: so the
 * distance from the inputs never shrinks as the strength grows.
 */
export async function render({ inputs, prompt, seed, strength, size }: RenderRequest): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  const shrunk = Math.max(1, Math.sqrt((size.width * size.height) / CANVAS));
  const small = { width: Math.round(size.width / shrunk), height: Math.round(size.height / shrunk) };
  const given = await sideBySide(inputs, size);
  const { matrix, offset } = paint(prompt, seed);
  const painted = await sharp(given, pixels(size))
    .resize({ ...small, fit: 'fill', kernel: 'linear' })
    .median(BRUSH)
    .recomb(matrix)
    .linear([1, 1, 1], offset)
    .raw()
    .toBuffer();
  const label = { input: mark(size), gravity: 'southeast' };
  const whole = { ...size, fit: 'fill', kernel: 'cubic' } as const;
  if (strength === undefined)
    return sharp(painted, pixels(small)).resize(whole).composite([label]).removeAlpha();

  const fresh = strength ** 9;
  const covered = 1 - (1 - strength) * (1 - fresh);
  const clouds = await sharp(
    colours(3 * CLOUDS.width * CLOUDS.height, 'clouds', prompt, seed),
    pixels(CLOUDS),
  )
    .resize({ ...small, fit: 'fill', kernel: 'cubic' })
    .ensureAlpha(fresh / covered)
    .raw()
    .toBuffer();
  const both = await sharp(painted, pixels(small))
    .composite([{ input: clouds, ...pixels(small, 4) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const cover = await sharp(both, pixels(small)).resize(whole).ensureAlpha(covered).raw().toBuffer();
  return sharp(given, pixels(size))
    .composite([{ input: cover, ...pixels(size, 4) }, label])
    .removeAlpha();
}

/** A cheap picture of 2 x 2 colours, different for each prompt and seed. */
export async function plainPicture(size: Size, prompt: string, seed: number): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  const four = sharp(colours(12, 'plain', prompt, seed), pixels({ width: 2, height: 2 }));
  return four.resize({ ...size, fit: 'fill', kernel: 'nearest' });
}

/** The input pictures as one: a single one fills it, several are placed side by side in equal bands. */
async function sideBySide(inputs: readonly Uint8Array[], size: Size): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const background = '#fff';
  const edges = [...inputs.keys(), inputs.length].map((index) =>
    Math.round((index * size.width) / inputs.length),
  );
  const bands = await Promise.all(
    inputs.map(async (input, index) => {
      const [left = 0, right = 0] = edges.slice(index);
      const width = right - left;
      const position = inputs.length > 1 ? 'attention' : 'centre';
      const band = sharp(input)
        .flatten({ background })
        .resize(width, size.height, { fit: 'cover', position });
      const data = await band.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
      return { input: data, ...pixels({ width, height: size.height }), left, top: 0 };
    }),
  );
  const [first] = bands;
  if (first !== undefined && bands.length === 1) return first.input;
  return sharp({ create: { ...size, channels: 3, background } })
    .composite(bands)
    .removeAlpha()
    .raw()
    .toBuffer();
}

/** Maps lightness to a range from a dark to a light colour, mixed with some of the picture's own colours. */
function paint(prompt: string, seed: number) {
  const lights = colours(3, 'light', prompt);
  const darks = colours(3, 'dark', prompt, seed);
  const light = three((channel) => 130 + 0.49 * (lights[channel] ?? 0));
  const dark = three((channel) => 0.4 * ((darks[channel] ?? 0) - DARKEST));
  const matrix = three((to) =>
    three((from) => ((1 - OWN) * LUMA[from] * (light[to] - dark[to])) / 255 + (from === to ? OWN : 0)),
  );
  return { matrix, offset: three((channel) => (1 - OWN) * dark[channel]) };
}

/** A value for each of red, green and blue. */
function three<Value>(of: (channel: 0 | 1 | 2) => Value): [Value, Value, Value] {
  return [of(0), of(1), of(2)];
}

/** Bytes derived from the words, never near black, since moderated pictures are black. */
function colours(count: number, ...words: (string | number)[]): Uint8Array {
  const hash = createHash('shake256', { outputLength: count }).update(words.join('\0')).digest();
  return Uint8Array.from(hash, (byte) => DARKEST + (byte * (255 - DARKEST)) / 255);
}

/** "sandbox" on a plate, as large as the picture allows, so that nobody takes it for a model's work. */
function mark({ width, height }: Size): Buffer {
  const dot = Math.max(1, Math.round(Math.min(width / 200, height / 144)));
  const letters = LETTERS.map((d, index) => `<path transform="translate(${2 + 6 * index} 2)" d="${d}"/>`);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${48 * dot}" height="${12 * dot}" viewBox="0 0 48 12">
<rect width="45" height="9" fill="#101010" opacity="0.6"/>
<g fill="none" stroke="#f5f5f5">${letters.join('')}</g></svg>`,
  );
}

function pixels(size: Size, channels: 3 | 4 = 3) {
  return { raw: { ...size, channels } };
}
