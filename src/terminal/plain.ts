import { stripVTControlCharacters } from 'node:util';

/**
 * Makes an outside text safe for a terminal: removes escape sequences, control characters and changes of reading
 * direction. Newlines and tabs stay.
 */
export function harmless(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n/g, '\n')
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
      character === '\n' || character === '\t' ? character : '',
    );
}

/**
 * Escapes in JSON what JSON allows but a terminal obeys: non-ASCII control characters and changes of reading
 * direction.
 */
export function inertJson(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Makes an outside text safe and puts it on one line of limited length. */
export function harmlessLine(text: string, longest = 400): string {
  const line = harmless(text)
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('\t', ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
