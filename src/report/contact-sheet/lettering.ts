import { fileURLToPath } from 'node:url';
import { once } from '../../models/once.js';
import { xmlText } from '../xml.js';

/** A line of text in a drawing. The text may be untrusted; everything else is ours. */
export interface TextLine {
  text: string;
  /** Left end or middle, pixels. */
  x: number;
  /** Baseline of the letters, pixels. */
  baseline: number;
  /** Font size in pixels. */
  size: number;
  colour: string;
  anchor: 'start' | 'middle';
}

/** Colour of primary text. */
export const INK = '#1f2328';
/** Colour of secondary text: a contrast of at least 4.5 to 1 against white. */
export const SOFT_INK = '#656d76';

/** Line height in multiples of the font size. */
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

const FONT = fileURLToPath(new URL('./assets/OpenSans-Regular.ttf', import.meta.url));

/**
 * Registers our own font with the renderer, since a machine may have none. It stays registered once a text was drawn
 * with the file. Letters that it lacks come from the machine's fonts, or are empty boxes.
 */
export const loadFont = once(async (): Promise<void> => {
  const { default: sharp } = await import('sharp');
  await sharp({ text: { text: 'A', font: 'Open Sans 12', fontfile: FONT } })
    .raw()
    .toBuffer()
    // If it cannot be loaded, the machine's own fonts are used.
    .catch(() => undefined);
});

/** A line as an SVG element. */
export function typeset({ text, x, baseline, size, colour, anchor }: TextLine): string {
  const style = `font-family="Open Sans, sans-serif" font-size="${size}" fill="${colour}" text-anchor="${anchor}"`;
  return `<text x="${x}" y="${baseline}" ${style}>${xmlText(text)}</text>`;
}
