import { once } from '../../models/once.js';
import { xmlText, xmlValue } from '../xml.js';
import { dots } from './dots.js';
import type { Lettering, TextLine } from './text-line.js';

export type { Lettering, TextLine } from './text-line.js';

/** Of a font's size. */
export const LINE_HEIGHT = 1.35;

/** Lines of a text, one beneath the other. @param top where the first one begins, pixels */
export function stacked(
  lines: readonly string[],
  { top, ...style }: Omit<TextLine, 'text' | 'baseline'> & { top: number },
): TextLine[] {
  return lines.map((text, index) => ({
    ...style,
    text,
    baseline: Math.round(top + style.size * (1 + index * LINE_HEIGHT)),
  }));
}

/** The fonts of this machine, or dots where it has none. */
export const lettering = once(async (): Promise<Lettering> =>
  (await hasFonts()) ? { width: widthInFonts, element: typeset } : dots,
);

const FAMILY = 'Inter, Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif';

function typeset({ text, x, baseline, size, colour, anchor, bold = false }: TextLine): string {
  const font = `font-family="${xmlValue(FAMILY)}" font-size="${size}" font-weight="${bold ? 600 : 400}"`;
  return `<text x="${x}" y="${baseline}" ${font} fill="${colour}" text-anchor="${anchor}">${xmlText(text)}</text>`;
}

/** In a wide font (DejaVu Sans), since nobody knows which one there is. */
const WIDTHS: readonly [letters: RegExp, width: number][] = [
  [/^[ijl.,:;'|!\u2019·]/, 0.34],
  [/^[ ()[\]frtI/\\-]/, 0.42],
  [/^[mwMW@%…—]/, 0.99],
  [/^[A-Z&#+=<>~_]/, 0.78],
  [/^[\0-\u024f]/, 0.64],
  // Greek to Arabic; what is further on is as wide as it is high, or more.
  [/^[\u0250-\u10ff]/, 0.76],
];
const WIDE = 1.25;

function widthInFonts(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += WIDTHS.find(([letters]) => letters.test(segment))?.[1] ?? WIDE;
  }
  return width;
}

/** Without fonts every letter is the same empty box. */
async function hasFonts(): Promise<boolean> {
  const [one, other] = [await drawn('A'), await drawn('W')];
  return !one.equals(other);
}

async function drawn(text: string): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const line = typeset({ text, x: 2, baseline: 20, size: 18, colour: '#000', anchor: 'start' });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="28">${line}</svg>`;
  return sharp(Buffer.from(svg)).raw().toBuffer();
}
