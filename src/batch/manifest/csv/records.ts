import { LONGEST_ROW_BYTES, TOO_LONG } from '../entry.js';
import type { Line } from '../lines.js';

/** The lines of one row: several, where a cell between quotes holds newlines. */
export interface CsvRecord {
  /** The line on which it begins, from 1. */
  line: number;
  /** Without the newline that ends it; of no use where something is wrong with it. */
  text: string;
  /** A sentence about its problem, without the line. */
  problem?: string | undefined;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** Excel's own line in front of the header, e.g. `sep=;`; spreadsheets fill it up with empty cells. */
const SEP_LINE = /^"?sep=([^\w\s"]|\t)"?[,;\t]*\s*$/i;

const NOT_CLOSED = 'A closing quote may be missing.';
const NEVER_CLOSED = 'has a quote that is never closed; the rows after it cannot be read.';

/** Records that some lines complete together. */
export interface CsvRecords {
  records: CsvRecord[];
  /** Between two cells. */
  delimiter: string;
}

/**
 * The records of a CSV text; blank lines are passed over. This scanner stays although csv-parse finds the ends of
 * records as well: csv-parse cannot say on which line one begins, and after a bad closing quote it takes the next good
 * rows for a part of the bad one, so that one typing error would hide them.
 *
 * @param known between two cells; undefined where the first line is to say so
 */
export async function* recordsOf(
  lines: AsyncIterable<Line[]>,
  known: string | undefined,
): AsyncGenerator<CsvRecords> {
  const assembler = recordAssembler(known);
  for await (const some of lines) {
    const records = some.flatMap((line) => assembler.take(line));
    yield { records, delimiter: assembler.delimiter() };
  }
  yield { records: assembler.end(), delimiter: assembler.delimiter() };
}

function recordAssembler(known: string | undefined) {
  let delimiter = known ?? ',';
  let isFirst = true;
  /** First line of the unfinished record. */
  let first: number | undefined;
  let texts: string[] = [];
  let problem: string | undefined;
  /** Size of the unfinished record, without the newline at its end. */
  let bytes = -1;
  let isInQuotes = false;
  /** It was told that the record is too long: the rest of it is passed over. */
  let isReported = false;

  function take(line: Line): CsvRecord[] {
    if (!isInQuotes && line.problem === undefined && /^\s*$/.test(line.text)) return [];
    if (isFirst) {
      isFirst = false;
      const named = namedDelimiter(line.text);
      delimiter = named ?? known ?? guessedDelimiter(line.text);
      if (named !== undefined) return [];
    }
    // What was passed over of a line is not known: most often the row ends with it.
    isInQuotes = line.problem !== TOO_LONG && endsInQuotes(line.text, isInQuotes, delimiter);
    const records = isReported ? [] : add(line);
    if (!isInQuotes) [first, texts, problem, bytes, isReported] = [undefined, [], undefined, -1, false];
    return records;
  }

  /** The record where it is over, or too long: then it is told at once, since its quotes may never be closed. */
  function add(line: Line): CsvRecord[] {
    first ??= line.number;
    texts.push(line.text);
    problem ??= line.problem;
    bytes += Buffer.byteLength(line.text) + 1;
    isReported = bytes > LONGEST_ROW_BYTES;
    if (isReported) [texts, problem] = [[], `${TOO_LONG} ${NOT_CLOSED}`];
    if (isInQuotes && !isReported) return [];
    // CR LF ends the record; a CR before that is part of a cell.
    return [{ line: first, text: texts.join('\n').replace(/\r$/, ''), problem }];
  }

  function end(): CsvRecord[] {
    return first === undefined || isReported ? [] : [{ line: first, text: '', problem: NEVER_CLOSED }];
  }

  return { take, end, delimiter: () => delimiter };
}

/** The delimiter that a first line `sep=;` names; undefined for any other line. */
function namedDelimiter(line: string): string | undefined {
  return SEP_LINE.exec(line)?.[1];
}

/** The delimiter of a header by what stands outside its quotes. Of several it is the comma: a guess would split prompts. */
function guessedDelimiter(header: string): string {
  const outside = header.replace(/"[^"]*("|$)/g, '');
  const [one, ...others] = DELIMITERS.filter((delimiter) => outside.includes(delimiter));
  return one === undefined || others.length > 0 ? ',' : one;
}

/**
 * Whether a line of CSV ends inside quotes, so that the next line belongs to the same row. A quote opens only
 * at the beginning of a cell; csv-parse reports errors elsewhere.
 *
 * @param isInQuotes whether the line begins inside quotes
 */
function endsInQuotes(line: string, isInQuotes: boolean, delimiter: string): boolean {
  let isQuoted = isInQuotes;
  /** Where a cell begins, or goes on within quotes. */
  let at = 0;
  for (;;) {
    if (!isQuoted && line[at] === '"') {
      isQuoted = true;
      at++;
    }
    if (isQuoted) at = closingQuote(line, at);
    if (at === -1) return true;
    const end = line.indexOf(delimiter, at);
    if (end === -1) return false;
    at = end + delimiter.length;
    isQuoted = false;
  }
}

/** Two quotes are one that is meant. */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at !== -1; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at;
  }
  return -1;
}
