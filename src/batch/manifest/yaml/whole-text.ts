import { isUtf8 } from 'node:buffer';
import { firstUndecodableLine } from '../../../text.js';
import { NOT_UTF8 } from '../lines.js';

/** A text, or what keeps it from being one: a sentence without its place, and the line from 1. */
export type WholeText = { text: string } | { problem: string; line: number };

/** The most that is read whole: each byte of YAML takes up to 60 of memory. */
const MOST_BYTES = 8 * 1024 * 1024;

const TOO_LARGE = 'is larger than 8 MB, the limit for YAML and .json. Use JSONL or CSV.';

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
  if (!isUtf8(bytes)) return { problem: NOT_UTF8, line: firstUndecodableLine(bytes) };
  const text = bytes.toString('utf8');
  // As spreadsheets and editors of old Macs end their lines; YAML knows no such ends.
  return { text: text.includes('\n') ? text : text.replaceAll('\r', '\n') };
}
