import { beginning } from '../naming.js';

/** Room for a text: its width in multiples of the font size, and its number of lines. */
export interface Room {
  width: number;
  lines: number;
}

/** Characters; no text of a sheet has room for more. */
const LONGEST = 1000;

/** Widths in our font, each that of the widest letter of its kind. */
const WIDTHS: readonly [letters: RegExp, width: number][] = [
  [/^[ijl.,:;'!\u2019·]/, 0.28],
  [/^[ ()[\]frtI/\\-]/, 0.41],
  [/^[mwMW@%…—]/, 1],
  [/^[A-Z&#+=<>~_]/, 0.78],
  [/^[\0-\u024f]/, 0.64],
  // Greek to Arabic; later letters are as wide as they are high, or wider.
  [/^[\u0250-\u10ff]/, 0.76],
];
const WIDE = 1.25;

/** Approximate width of a text in multiples of the font size; overestimated if anything. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += WIDTHS.find(([letters]) => letters.test(segment))?.[1] ?? WIDE;
  }
  return width;
}

/**
 * An untrusted text, broken into lines that fit: between words if possible, never within a character as a person
 * sees it. Text that is left over becomes an ellipsis. A blank text has no lines.
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
