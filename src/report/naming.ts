import { positionText } from '../batch/manifest/entry.js';
import type { ResultRow } from '../batch/rows/result-row.js';
import { harmlessLine } from '../terminal/plain.js';

/** Name of a row in a report: its id, else its position. Not escaped. */
export function rowName({ id, place }: Pick<ResultRow, 'id' | 'place'>): string {
  return id ?? positionText(place);
}

/** An untrusted text on one harmless line, cut to `most` characters, never within a character. */
export function beginning(text: string, most: number): string {
  // Cutting can split a pair of surrogates; the half that is left is no text.
  return harmlessLine(text, most).replace(/\p{Cs}/gu, '');
}
