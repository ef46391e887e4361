import { LONGEST_ROW_BYTES, TOO_LONG } from '../entry.js';
import type { Line } from '../lines.js';

/** The lines of one row: several if a quoted cell contains newlines. */
export interface CsvRecord {
  /** First line of the record, from 1. */
  line: number;
  /** Text without its final newline; meaningless if there is a problem. */
  text: string;
  /** A problem as a sentence, without the line number. */
  problem?: string | undefined;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** Excel's line before the header, e.g. `sep=;`; spreadsheets pad it with empty cells. */
const SEP_LINE = /^"?sep=([^\w\s"]|\t)"?[,;\t]*\s*$/i;

const NOT_CLOSED = 'A closing quote may be missing.';
const NEVER_CLOSED = 'has a quote that is never closed; the rows after it cannot be read.';

/** Records completed by a batch of lines. */
export interface CsvRecords {
  records: CsvRecord[];
  /** Delimiter between cells. */
  delimiter: string;
}

/**
 * Splits a CSV text into records, skipping blank lines. We need this scanner in addition to csv-parse, which cannot
 * report the line a record begins on and, after a bad closing quote, merges the good rows that follow into the bad
 * one, so that one typo would hide them.
 *
 * @param known delimiter between cells; undefined to detect it from the first line
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
  /** Size of the unfinished record in bytes, without its final newline. */
  let bytes = -1;
  let isInQuotes = false;
  /** Whether the record was reported as too long: the rest of it is skipped. */
  let isReported = false;

  function take(line: Line): CsvRecord[] {
    if (!isInQuotes && line.problem === undefined && /^\s*$/.test(line.text)) return [];
    if (isFirst) {
      isFirst = false;
      const named = namedDelimiter(line.text);
      delimiter = named ?? known ?? guessedDelimiter(line.text);
      if (named !== undefined) return [];
    }
    // The rest of an overlong line was discarded: assume that the row ends with it.
    isInQuotes = line.problem !== TOO_LONG && endsInQuotes(line.text, isInQuotes, delimiter);
    const records = isReported ? [] : add(line);
    if (!isInQuotes) [first, texts, problem, bytes, isReported] = [undefined, [], undefined, -1, false];
    return records;
  }

  /** Returns the record if it is complete, or too long: that is reported at once, since its quotes may never close. */
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

/** The delimiter named by a first line like `sep=;`; undefined for other lines. */
function namedDelimiter(line: string): string | undefined {
  return SEP_LINE.exec(line)?.[1];
}

/**
 * Detects the delimiter from the header, ignoring quoted text. If several occur, chooses the comma: a wrong guess
 * would split prompts.
 */
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
  /** Start of a cell, or the current position inside quotes. */
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

/** Index of the closing quote, skipping doubled quotes (an escaped quote). */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at !== -1; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') return at;
  }
  return -1;
}
