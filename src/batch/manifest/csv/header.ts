import { quoted } from '../wrong.js';
import type { Cells } from './cells.js';

/** The names of the columns, or what is wrong with the header: a sentence without its place. */
export type Header = { columns: readonly string[] } | { problem: string };

const HOW = 'The first line must be a header with a unique name for each column. No row was read.';

/** The header that the first record of a CSV manifest makes. Spaces around a name are no part of it, nor empty columns at the end. */
export function headerOf(cells: Cells): Header {
  if (typeof cells === 'string') return { problem: `${cells} ${HOW}` };
  const columns = cells.map((cell) => cell.trim());
  while (columns.length > 1 && columns.at(-1) === '') columns.pop();
  const nameless = columns.indexOf('');
  if (nameless !== -1) return { problem: `has no name for column ${nameless + 1}. ${HOW}` };
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) return { problem: `has two columns named ${quoted(repeated)}. ${HOW}` };
  return { columns };
}
