import type { Pixels } from '../pixels.js';

/** CIE L*a*b* under D65: lightness 0..100, then from green to red and from blue to yellow. */
export type Lab = readonly [lightness: number, a: number, b: number];

/** The mean of a picture's colours. */
export async function meanColour({ width, height, data }: Pixels): Promise<Lab> {
  const { default: sharp } = await import('sharp');
  const raw = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .toColourspace('lab')
    .raw({ depth: 'float' })
    .toBuffer();
  const values = new Float32Array(raw.buffer, raw.byteOffset, width * height * 3);
  const sums: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < values.length; at += 3) {
    sums[0] += values[at] ?? 0;
    sums[1] += values[at + 1] ?? 0;
    sums[2] += values[at + 2] ?? 0;
  }
  const count = width * height;
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

/** Delta E 76: how far apart two colours are. About 2 can just be seen, 100 lie between black and white. */
export function colourDistance(one: Lab, other: Lab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}
