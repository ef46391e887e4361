import type { CsvErrorCode } from 'csv-parse';
import { codeOf } from '../../../errors/error.js';

/** csv-parse's way to read a whole text. */
export type Parse = typeof import('csv-parse/sync').parse;

/** The cells of a record, or what is wrong with it: a sentence without its place. */
export type Cells = readonly string[] | string;

const HOW = 'Put the whole cell in quotes, and double each quote inside it.';

const REASONS: Partial<Record<CsvErrorCode, string>> = {
  INVALID_OPENING_QUOTE: `has a quote in the middle of a cell. ${HOW}`,
  CSV_INVALID_CLOSING_QUOTE: `has text after the closing quote of a cell. ${HOW}`,
};

/**
 * The cells of records, all of them in one go, since csv-parse takes longer to begin than to read a row. Where one
 * of them is wrong, each is read by itself.
 *
 * @param texts whole records, none of them empty
 * @param delimiter between two cells
 */
export function cellsOf(texts: readonly string[], delimiter: string, parse: Parse): Cells[] {
  const options = { delimiter, record_delimiter: '\n', relax_column_count: true };
  try {
    const rows = parse(texts.join('\n'), options);
    if (rows.length === texts.length) return rows;
  } catch {
    // Told below, of the record that is wrong.
  }
  return texts.map((text) => {
    try {
      return parse(text, options)[0] ?? [];
    } catch (error) {
      return REASONS[codeOf(error) as CsvErrorCode] ?? `is not CSV. ${HOW}`;
    }
  });
}
