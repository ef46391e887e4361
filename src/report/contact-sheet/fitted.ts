import { beginning } from '../naming.js';

/** Room for a text: its width in multiples of the font's size, and how many lines. */
export interface Room {
  width: number;
  lines: number;
}

/** No text of a sheet has room for more. */
const LONGEST = 1000;

/** In our font, as the widest of their kind. */
const WIDTHS: readonly [letters: RegExp, width: number][] = [
  [/^[ijl.,:;'!\u2019·]/, 0.28],
  [/^[ ()[\]frtI/\\-]/, 0.41],
  [/^[mwMW@%…—]/, 1],
  [/^[A-Z&#+=<>~_]/, 0.78],
  [/^[\0-\u024f]/, 0.64],
  // Greek to Arabic; what is further on is as wide as it is high, or more.
  [/^[\u0250-\u10ff]/, 0.76],
];
const WIDE = 1.25;

/** About how wide a text is, in multiples of the font's size; rather too much than too little. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += WIDTHS.find(([letters]) => letters.test(segment))?.[1] ?? WIDE;
  }
  return width;
}

/**
 * A text from outside, broken into lines that fit: between words where it can be, never through the middle of what a
 * person sees as one character; what is left over is an ellipsis. None of a blank text.
 */
export function fitted(text: string, { width, lines }: Room, widthOf = textWidth): string[] {
  const broken: string[] = [];
  let rest = beginning(text, LONGEST);
  while (rest !== '' && broken.length < lines) {
    const line = firstLine(rest, width, widthOf);
    const isLast = broken.length === lines - 1;
    if (isLast && line.length < rest.length) {
      broken.push(`${fitting(rest, width - widthOf('…'), widthOf).trimEnd()}…`);
      break;
    }
    broken.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return broken;
}

/** The text that fits, up to its last space if there is one. At least one character. */
function firstLine(text: string, width: number, widthOf: (text: string) => number): string {
  const fits = fitting(text, width, widthOf);
  if (fits.length === text.length || text[fits.length] === ' ') return fits;
  const space = fits.lastIndexOf(' ');
  if (space > 0) return fits.slice(0, space);
  return fits === '' ? (firstCharacter(text) ?? '') : fits;
}

function fitting(text: string, width: number, widthOf: (text: string) => number): string {
  let end = 0;
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

function firstCharacter(text: string): string | undefined {
  return [...new Intl.Segmenter().segment(text)][0]?.segment;
}
