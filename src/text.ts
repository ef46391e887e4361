import { isUtf8 } from 'node:buffer';

/** A text, or why bytes are not one: a predicate without a full stop, and the line (from 1) if known. */
export type DecodedText = { text: string } | { problem: string; line?: number };

/** U+FFFD replaces bytes that a program could not decode: Node puts it into arguments that are not UTF-8. */
export const REPLACEMENT = '\ufffd';

const BOM = [0xef, 0xbb, 0xbf];
const LF = 0x0a;

/**
 * Decodes bytes strictly as UTF-8, without the byte order mark. UTF-16, NULs and other encodings are problems: a lost
 * character would change the meaning of the text.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const utf16 = utf16Of(bytes);
  if (utf16 !== undefined) return { problem: utf16Problem(utf16) };
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(bomLength(bytes));
  if (!isUtf8(body)) return { problem: 'is not UTF-8. Save it as UTF-8', line: firstUndecodableLine(body) };
  const nul = body.indexOf(0);
  if (nul !== -1) return { problem: 'contains a NUL character', line: lineAt(body, nul) };
  return { text: body.toString('utf8') };
}

export type Utf16 = 'UTF-16' | 'UTF-16LE' | 'UTF-16BE';

/** The kind of UTF-16 of bytes, by their mark, or by the NUL in each ASCII character. @param bytes the first few */
export function utf16Of(bytes: Uint8Array): Utf16 | undefined {
  const [one, two] = bytes;
  if (one === undefined || two === undefined) return undefined;
  if ((one === 0xff && two === 0xfe) || (one === 0xfe && two === 0xff)) return 'UTF-16';
  if ((one === 0) === (two === 0)) return undefined;
  return one === 0 ? 'UTF-16BE' : 'UTF-16LE';
}

/** The predicate of a sentence, without a full stop. */
export function utf16Problem(encoding: Utf16): string {
  return `is UTF-16. Save it as UTF-8, or convert it: iconv -f ${encoding} -t UTF-8`;
}

/** Length in bytes of the UTF-8 byte order mark at the beginning of a text; 0 if there is none. */
export function bomLength(bytes: Uint8Array): number {
  return BOM.every((byte, index) => bytes[index] === byte) ? BOM.length : 0;
}

/** The line (from 1) of the first bytes that are not UTF-8. In UTF-8, only a newline contains its byte. */
export function firstUndecodableLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(LF, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(LF); at !== -1 && at < offset; at = bytes.indexOf(LF, at + 1)) line++;
  return line;
}

/** Half a character, which JSON escapes can contain. */
const LONE_SURROGATE = /\p{Cs}/u;

/** Why a text from outside cannot be sent unchanged, as the predicate of a sentence; undefined if it can. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'contains a NUL character';
  return text.includes(REPLACEMENT) || LONE_SURROGATE.test(text)
    ? 'is not valid UTF-8: it has U+FFFD where characters were lost'
    : undefined;
}

/** Lists words as in a sentence: `a`, `a or b`, `a, b or c`. */
export function listText(words: readonly string[], last: 'and' | 'or'): string {
  const head = words.slice(0, -1);
  return head.length === 0 ? words.join('') : `${head.join(', ')} ${last} ${words.at(-1) ?? ''}`;
}
