import { inQuotes } from '../../images/names.js';
import type { Entry, Position } from './entry.js';

/** How much of a manifest's text a message quotes, in characters. */
const LONGEST_QUOTE = 40;

/** What keeps a row from being one, as an entry. */
export function wrong(place: Position, message: string, field?: string): Entry {
  return { kind: 'problem', problem: { place, message, ...(field === undefined ? {} : { field }) } };
}

/** A text of the manifest within a sentence: between quotation marks, harmless, cut where it is long. */
export function quoted(text: string): string {
  return inQuotes(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text);
}
