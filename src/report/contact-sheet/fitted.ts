import { beginning } from '../naming.js';
import type { Lettering } from './lettering.js';

/** Room for a text: its width in multiples of the font's size, and how many lines. */
export interface Room {
  width: number;
  lines: number;
}

/** No text of a sheet has room for more. */
const LONGEST = 1000;

/**
 * A text from outside, broken into lines that fit: between words where it can be, never through the middle of what a
 * person sees as one character; what is left over is an ellipsis. None of a blank text.
 */
export function fitted(text: string, { width, lines }: Room, letters: Pick<Lettering, 'width'>): string[] {
  const broken: string[] = [];
  let rest = beginning(text, LONGEST);
  while (rest !== '' && broken.length < lines) {
    const line = firstLine(rest, width, letters);
    const isLast = broken.length === lines - 1;
    if (isLast && line.length < rest.length) {
      broken.push(`${fitting(rest, width - letters.width('…'), letters).trimEnd()}…`);
      break;
    }
    broken.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return broken;
}

/** What fits, up to the last space in it if there is one. At least one character. */
function firstLine(text: string, width: number, letters: Pick<Lettering, 'width'>): string {
  const fits = fitting(text, width, letters);
  if (fits.length === text.length || text[fits.length] === ' ') return fits;
  const space = fits.lastIndexOf(' ');
  if (space > 0) return fits.slice(0, space);
  return fits === '' ? (firstCharacter(text) ?? '') : fits;
}

function fitting(text: string, width: number, letters: Pick<Lettering, 'width'>): string {
  let end = 0;
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += letters.width(segment);
    if (used > width) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

function firstCharacter(text: string): string | undefined {
  return [...new Intl.Segmenter().segment(text)][0]?.segment;
}
