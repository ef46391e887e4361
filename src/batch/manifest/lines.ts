import { isUtf8 } from 'node:buffer';
import { LONGEST_ROW_BYTES, TOO_LONG } from './entry.js';

/** One line of a manifest, without its LF but with any CR before it. */
export interface Line {
  /** From 1. */
  number: number;
  /** Empty if the line is too long. */
  text: string;
  /** A problem as a sentence, without the line number. */
  problem?: string;
}

/** Problem of a line that is not UTF-8. */
export const NOT_UTF8 = 'is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8").';

const LF = 0x0a;
const CR = 0x0d;

/**
 * Splits a text into lines and yields the lines that each chunk completes. A line longer than {@link
 * LONGEST_ROW_BYTES} is reported as soon as it exceeds the limit, and the rest of it is discarded: it may be endless.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const splitter = lineSplitter();
  for await (const chunk of withLineFeeds(chunks)) yield splitter.take(chunk);
  yield splitter.end();
}

/**
 * Replaces CR with LF where lines end with CR only, as in CSV saved by Excel for Mac. The first line end
 * decides: in other files a CR is part of a cell.
 */
async function* withLineFeeds(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let endsWithCr: boolean | undefined;
  /** A chunk ending in CR, held until the next byte is known. */
  let held: Buffer | undefined;
  for await (const piece of chunks) {
    if (endsWithCr === false) {
      yield piece;
      continue;
    }
    const chunk: Buffer = held === undefined ? piece : Buffer.concat([held, piece]);
    held = undefined;
    endsWithCr ??= firstEndIsCr(chunk);
    if (endsWithCr === true) {
      const isOpen = chunk.at(-1) === CR;
      held = isOpen ? chunk.subarray(-1) : undefined;
      yield withoutCr(isOpen ? chunk.subarray(0, -1) : chunk);
    } else if (endsWithCr === undefined && chunk.at(-1) === CR) {
      held = chunk;
    } else {
      yield chunk;
    }
  }
  if (held !== undefined) yield withoutCr(held);
}

/** Whether the first line ends with only a CR; undefined if the chunk has no line end. */
function firstEndIsCr(chunk: Buffer): boolean | undefined {
  const cr = chunk.indexOf(CR);
  const lf = chunk.indexOf(LF);
  if (lf !== -1 && (cr === -1 || lf < cr)) return false;
  return cr === -1 || cr === chunk.length - 1 ? undefined : chunk[cr + 1] !== LF;
}

/** Copy with LF instead of each CR that is not followed by LF. */
function withoutCr(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk);
  for (let at = copy.indexOf(CR); at !== -1; at = copy.indexOf(CR, at + 1)) {
    if (copy[at + 1] !== LF) copy[at] = LF;
  }
  return copy;
}

function lineSplitter() {
  let number = 1;
  /** The unfinished line. */
  let pieces: Buffer[] = [];
  let length = 0;

  function add(piece: Buffer, lines: Line[]): void {
    const wasLong = length > LONGEST_ROW_BYTES;
    length += piece.length;
    if (length <= LONGEST_ROW_BYTES) {
      pieces.push(piece);
    } else if (!wasLong) {
      pieces = [];
      lines.push({ number, text: '', problem: TOO_LONG });
    }
  }

  function finish(lines: Line[]): void {
    if (length <= LONGEST_ROW_BYTES) lines.push(decoded(number, pieces));
    number++;
    pieces = [];
    length = 0;
  }

  return {
    take(chunk: Buffer): Line[] {
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
        if (start < end) add(chunk.subarray(start, end), lines);
        finish(lines);
        start = end + 1;
      }
      if (start < chunk.length) add(chunk.subarray(start), lines);
      return lines;
    },
    end(): Line[] {
      const lines: Line[] = [];
      if (length > 0) finish(lines);
      return lines;
    },
  };
}

function decoded(number: number, pieces: readonly Buffer[]): Line {
  const [first] = pieces;
  if (first === undefined) return { number, text: '' };
  const bytes = pieces.length === 1 ? first : Buffer.concat(pieces);
  const text = bytes.toString('utf8');
  return isUtf8(bytes) ? { number, text } : { number, text, problem: NOT_UTF8 };
}
