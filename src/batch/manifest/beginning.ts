import { bomLength, utf16Of, utf16Problem } from '../../text.js';

/** A manifest of which the first bytes were looked at. */
export interface Beginning {
  /** The first character that is not blank; undefined where there is none among the first bytes. */
  first: string | undefined;
  /** All of its bytes, without the byte order mark. */
  chunks: AsyncGenerator<Buffer>;
}

/** Why nothing of a manifest can be read: a sentence without its place. It is closed. */
export interface NoText {
  problem: string;
}

/** How much is read before a text counts as blank. */
const HEAD_BYTES = 4096;
/** A program's own files show within these that they are no text. */
const SAMPLE_BYTES = 1024;
/** In how many bytes UTF-16 shows, and the mark of UTF-8 is complete. */
const MARK_BYTES = 4;

/**
 * Reads as far as it takes to know what a manifest is; nothing is lost of it.
 *
 * @throws what `chunks` throws
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

/** A log damaged by a power cut may contain lines of only NULs; its other lines are good. */
function isBinary(sample: Buffer): boolean {
  if (!sample.includes(0)) return false;
  try {
    // A character that the sample cuts in two is no fault.
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
