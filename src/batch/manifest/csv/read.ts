import { type Entry, type Position, quoted, wrong } from '../entry.js';
import { linesOf } from '../lines.js';
import { cellsOf, type Cells, type Parse } from './cells.js';
import { recordsOf, type CsvRecord } from './records.js';

/**
 * Reads the rows of a CSV manifest, whose first record names the columns. Cells stay text, and empty cells are absent
 * fields. Rows without text are skipped: spreadsheets save rows and columns that were only clicked on.
 *
 * @param file the manifest as the user named it
 * @param delimiter between cells; undefined to detect it from the first line
 */
export async function* readCsv(
  chunks: AsyncIterable<Buffer>,
  file: string,
  delimiter: string | undefined,
): AsyncGenerator<Entry[]> {
  const { parse } = await import('csv-parse/sync');
  let columns: readonly string[] | undefined;
  for await (const found of recordsOf(linesOf(chunks), delimiter)) {
    const rows = readRecords(found.records, found.delimiter, parse);
    if (columns === undefined) {
      const first = rows.shift();
      if (first === undefined) continue;
      const header = headerOf(first.cells);
      if ('problem' in header) {
        yield [wrong({ file, line: first.line }, header.problem)];
        return;
      }
      columns = header.columns;
    }
    const names = columns;
    yield rows
      .filter(({ cells }) => !isBlank(cells))
      .map(({ line, cells }) => entryOf(cells, { file, line }, names));
  }
}

interface Row {
  line: number;
  cells: Cells;
}

function readRecords(records: readonly CsvRecord[], delimiter: string, parse: Parse): Row[] {
  const texts = records.filter(({ problem }) => problem === undefined).map(({ text }) => text);
  const cells = cellsOf(texts, delimiter, parse)[Symbol.iterator]();
  return records.map(({ line, problem }) => ({ line, cells: problem ?? cells.next().value ?? [] }));
}

function isBlank(cells: Cells): boolean {
  return typeof cells !== 'string' && cells.every((cell) => cell === '');
}

function entryOf(cells: Cells, place: Position, columns: readonly string[]): Entry {
  if (typeof cells === 'string') return wrong(place, cells);
  if (cells.length < columns.length || cells.slice(columns.length).some((cell) => cell !== '')) {
    const has = cells.length === 1 ? '1 cell' : `${cells.length} cells`;
    return wrong(
      place,
      `has ${has}, but the header has ${columns.length === 1 ? '1 column' : `${columns.length} columns`}.`,
    );
  }
  const filled = columns.flatMap((name, index) => {
    const cell = cells[index] ?? '';
    return cell === '' ? [] : [[name, cell] as const];
  });
  return { kind: 'row', place, fields: Object.fromEntries(filled) };
}

/** Column names, or a problem with the header as a sentence without file or line. */
type Header = { columns: readonly string[] } | { problem: string };

const HOW = 'The first line must be a header with a unique name for each column. No row was read.';

/** Reads the header from the first record. Trims spaces around names and drops empty columns at the end. */
function headerOf(cells: Cells): Header {
  if (typeof cells === 'string') return { problem: `${cells} ${HOW}` };
  const columns = cells.map((cell) => cell.trim());
  while (columns.length > 1 && columns.at(-1) === '') columns.pop();
  const nameless = columns.indexOf('');
  if (nameless !== -1) return { problem: `has no name for column ${nameless + 1}. ${HOW}` };
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) return { problem: `has two columns named ${quoted(repeated)}. ${HOW}` };
  return { columns };
}
