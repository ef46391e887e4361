import { bomLength, utf16Of, utf16Problem } from '../../text.js';

/** A manifest whose first bytes were inspected. */
export interface Beginning {
  /** First non-blank character; undefined if the first bytes have none. */
  first: string | undefined;
  /** All of its bytes, including those inspected, without the byte order mark. */
  chunks: AsyncGenerator<Buffer>;
}

/** Reason why a manifest cannot be read, as a sentence without the file; the stream is closed. */
export interface NoText {
  problem: string;
}

/** Bytes to read before a text counts as blank. */
const HEAD_BYTES = 4096;
/** Bytes to inspect for binary content. */
const SAMPLE_BYTES = 1024;
/** Bytes needed to recognise UTF-16 or the UTF-8 byte order mark. */
const MARK_BYTES = 4;

/**
 * Reads just enough to identify a manifest; no bytes are lost.
 *
 * @throws any error of `chunks`
 */
export async function beginningOf(chunks: AsyncGenerator<Buffer>): Promise<Beginning | NoText> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < MARK_BYTES || (head.length < HEAD_BYTES && firstOf(head) === undefined)) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const problem = problemOf(head);
  if (problem === undefined) return { first: firstOf(head), chunks: joined(withoutBom(head), chunks) };
  await chunks.return(undefined);
  return { problem };
}

function problemOf(head: Buffer): string | undefined {
  const utf16 = utf16Of(head);
  if (utf16 !== undefined) return `${utf16Problem(utf16)} (in Excel: save as "CSV UTF-8").`;
  return isBinary(head.subarray(0, SAMPLE_BYTES)) ? 'is not a text file in UTF-8.' : undefined;
}

/** Whether a sample is binary. A log damaged by a power cut may contain lines of NULs; its other lines are valid. */
function isBinary(sample: Buffer): boolean {
  if (!sample.includes(0)) return false;
  try {
    // The sample may cut the last character in two.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return false;
  } catch {
    return true;
  }
}

function firstOf(head: Buffer): string | undefined {
  const text = withoutBom(head);
  const at = text.findIndex((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d));
  return at === -1 ? undefined : text.toString('latin1', at, at + 1);
}

function withoutBom(head: Buffer): Buffer {
  return head.subarray(bomLength(head));
}

async function* joined(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
