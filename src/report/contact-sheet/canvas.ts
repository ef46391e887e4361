import type { Raster } from '../../images/drawn-inside.js';
import { loadFont, typeset, type TextLine } from './lettering.js';

/** A rectangle, pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Grey of thin lines, 0 to 255. */
export const LINE = 222;

/** A white canvas, drawn on in place. */
export function canvas(width: number, height: number): Raster {
  return { width, height, data: Buffer.alloc(width * height * 3, 255) };
}

/** Copies a picture onto the canvas, which must contain all of it. */
export function paste(onto: Raster, { width, height, data }: Raster, x: number, y: number): void {
  for (let line = 0; line < height; line++) {
    const from = line * width * 3;
    onto.data.set(data.subarray(from, from + width * 3), ((y + line) * onto.width + x) * 3);
  }
}

/** Fills a rectangle with a grey, 0 to 255. */
export function fill(onto: Raster, { x, y, width, height }: Box, grey: number): void {
  for (let line = y; line < y + height; line++) {
    const from = (line * onto.width + x) * 3;
    onto.data.fill(grey, from, from + width * 3);
  }
}

/** Text on its own background; whatever does not fit into the box is not drawn. */
export async function textBlock(
  { width, height }: Pick<Box, 'width' | 'height'>,
  lines: readonly TextLine[],
  ground = '#fff',
): Promise<Raster> {
  if (lines.length === 0) return canvas(width, height);
  await loadFont();
  const { default: sharp } = await import('sharp');
  const elements = lines.map(typeset).join('');
  const size = `width="${width}" height="${height}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${elements}</svg>`;
  const data = await sharp(Buffer.from(svg)).flatten({ background: ground }).raw().toBuffer();
  return { width, height, data };
}
