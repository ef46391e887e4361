import { positionText } from '../batch/manifest/entry.js';
import type { ResultRow } from '../batch/rows/result-row.js';
import { harmlessLine } from '../terminal/plain.js';

/** The name of a row in a report: the user's own name for it, else its position. Not escaped. */
export function rowName({ id, place }: Pick<ResultRow, 'id' | 'place'>): string {
  return id ?? positionText(place);
}

/** A text from outside on one harmless line, at most so many characters long, and without half a character. */
export function beginning(text: string, most: number): string {
  // Cutting can divide a pair of surrogates; what is left of it is no text.
  return harmlessLine(text, most).replace(/\p{Cs}/gu, '');
}
