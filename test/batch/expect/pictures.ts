import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';

const example = (name: string) => readFileSync(new URL(`../../../examples/${name}`, import.meta.url));

export const CHELSEA = example('chelsea.png');
export const COFFEE = example('coffee.png');
export const ROCKET = example('rocket.jpg');

export type Colour = readonly [red: number, green: number, blue: number, alpha?: number];

/** One even colour; alpha is 0..1. */
export function plain([r, g, b, alpha = 1]: Colour, width = 64, height = 48): Sharp {
  return sharp({ create: { width, height, channels: alpha < 1 ? 4 : 3, background: { r, g, b, alpha } } });
}

/** Raw pixels as a PNG: three values each. */
export function pngOf(values: Iterable<number>, width: number, height: number): Promise<Buffer> {
  return sharp(Uint8Array.from(values), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
