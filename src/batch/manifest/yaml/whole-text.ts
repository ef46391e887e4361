import { isUtf8 } from 'node:buffer';
import { NOT_UTF8 } from '../lines.js';

/** A text, or what keeps it from being one: a sentence without its place, and the line from 1. */
export type WholeText = { text: string } | { problem: string; line: number };

/** The most that is read whole: each byte of YAML takes up to 60 of memory. */
const MOST_BYTES = 8 * 1024 * 1024;

const TOO_LARGE =
  'is larger than 8 MB, the most that is read of YAML and of .json. Write it as JSONL or CSV.';

const LF = 0x0a;

/** All of a text that is to be read whole. */
export async function wholeTextOf(chunks: AsyncIterable<Buffer>): Promise<WholeText> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MOST_BYTES) return { problem: TOO_LARGE, line: 1 };
    kept.push(chunk);
  }
  const bytes = Buffer.concat(kept, length);
  if (!isUtf8(bytes)) return { problem: NOT_UTF8, line: firstForeignLine(bytes) };
  return { text: bytes.toString('utf8') };
}

/** No character of UTF-8 but the newline has its byte. */
function firstForeignLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(LF, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
