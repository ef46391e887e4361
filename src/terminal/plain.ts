import { stripVTControlCharacters } from 'node:util';

/**
 * A text from outside made harmless for a terminal: no escape sequences, no control characters that move the
 * cursor or ring, nothing that turns the reading direction. Newlines and tabs stay.
 */
export function harmless(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n/g, '\n')
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      character === '\n' || character === '\t' ? character : '',
    );
}

/** JSON with escapes for what JSON lets through and a terminal obeys: control characters beyond ASCII, reading directions. */
export function inertJson(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same on one line, at most so many characters long. */
export function harmlessLine(text: string, longest = 400): string {
  const line = harmless(text)
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('\t', ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
