import type { ChalkInstance } from 'chalk';
import type { Context } from '../../context.js';
import { drawnInside, type Raster } from '../../images/drawn-inside.js';
import type { Slots } from './slots.js';

/** The upper half has the foreground colour, the lower half the background colour. */
const UPPER_HALF = '▀';

/** Pictures in half blocks, line by line. */
export async function blockPictures(
  { pictures, columns, rows, pitch }: Slots<{ path: string }>,
  env: Context['env'],
): Promise<string> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: hasAllColours(env) ? 3 : 2 });
  const drawn: (Raster | undefined)[] = [];
  for (const { path } of pictures) {
    drawn.push(await drawnInside(path, { width: columns, height: rows * 2 }, true));
  }
  const high = Math.max(...drawn.map((picture) => Math.ceil((picture?.height ?? 0) / 2)));
  const lines = Array.from({ length: high }, (_, row) => {
    const parts = drawn.map((picture, index) => {
      const isLast = index === drawn.length - 1;
      return blockLine(picture, row, chalk) + (isLast ? '' : ' '.repeat(pitch - widthAt(picture, row)));
    });
    return `${parts.join('')}\n`;
  });
  return lines.join('');
}

function hasAllColours({ COLORTERM = '' }: Context['env']): boolean {
  return /truecolor|24bit/.test(COLORTERM);
}

function widthAt(picture: Raster | undefined, row: number): number {
  return picture === undefined || row * 2 >= picture.height ? 0 : picture.width;
}

/** Two lines of pixels. Blocks of the same colours share one pair of escape sequences. */
function blockLine(picture: Raster | undefined, row: number, chalk: ChalkInstance): string {
  const width = widthAt(picture, row);
  if (picture === undefined || width === 0) return '';
  const hasLower = row * 2 + 1 < picture.height;
  let text = '';
  for (let x = 0, count = 1; x < width; x += count, count = 1) {
    const [upper, lower] = [colourAt(picture, x, row * 2), colourAt(picture, x, row * 2 + 1)];
    while (
      x + count < width &&
      isEqual(colourAt(picture, x + count, row * 2), upper) &&
      isEqual(colourAt(picture, x + count, row * 2 + 1), lower)
    ) {
      count++;
    }
    const letters = chalk.rgb(...upper);
    text += (hasLower ? letters.bgRgb(...lower) : letters)(UPPER_HALF.repeat(count));
  }
  return text;
}

type Rgb = readonly [red: number, green: number, blue: number];

function colourAt({ data, width }: Raster, x: number, y: number): Rgb {
  const at = (y * width + x) * 3;
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

function isEqual(one: Rgb, other: Rgb): boolean {
  return one.every((value, index) => value === other[index]);
}
