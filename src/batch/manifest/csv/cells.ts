import type { CsvErrorCode } from 'csv-parse';
import { codeOf } from '../../../errors/error.js';

/** csv-parse's function for parsing a whole text. */
export type Parse = typeof import('csv-parse/sync').parse;

/** Cells of a record, or its problem as a sentence without file or line. */
export type Cells = readonly string[] | string;

const HOW = 'Put the whole cell in quotes, and double each quote inside it.';

const REASONS: Partial<Record<CsvErrorCode, string>> = {
  INVALID_OPENING_QUOTE: `has a quote in the middle of a cell. ${HOW}`,
  CSV_INVALID_CLOSING_QUOTE: `has text after the closing quote of a cell. ${HOW}`,
};

/**
 * Parses records into cells, all at once, since csv-parse takes longer to start than to read a row. If any record is
 * invalid, parses each one separately.
 *
 * @param texts whole records, none of them empty
 * @param delimiter between cells
 */
export function cellsOf(texts: readonly string[], delimiter: string, parse: Parse): Cells[] {
  const options = { delimiter, record_delimiter: '\n', relax_column_count: true };
  try {
    const rows = parse(texts.join('\n'), options);
    if (rows.length === texts.length) return rows;
  } catch {
    // Reported below for the invalid record.
  }
  return texts.map((text) => {
    try {
      return parse(text, options)[0] ?? [];
    } catch (error) {
      return REASONS[codeOf(error) as CsvErrorCode] ?? `is not CSV. ${HOW}`;
    }
  });
}
