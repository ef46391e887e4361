import { messageOf } from '../../../errors.js';
import { quoted } from '../wrong.js';

/** What is said in other words: the engine calls it "end of JSON input". */
const TOO_SHORT = 'it is cut off';

/** A longer line is not searched for the place of its error. */
const LONGEST_SEARCHED = 10_000;

/** A mark, a text, a number or a word of JSON. */
const TOKEN =
  /\s*(?:[{}[\],:]|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|(?:true|false|null)\b)/y;

/**
 * Why a text is not JSON, in words, with the column (from 1) where it is known. The engine's own message names the
 * place of most errors, but for a character that can begin nothing it quotes the text instead.
 *
 * @param error what `JSON.parse` has thrown
 */
export function reasonOf(error: unknown, text: string): string {
  const message = messageOf(error);
  if (message.startsWith('Unexpected end')) return TOO_SHORT;
  const [, words, position] = /^(.+?)(?: in JSON)? at position (\d+)/s.exec(message) ?? [];
  if (words !== undefined) return withColumn(lowered(words), Number(position));
  const foreign = firstUnexpected(text);
  // The engine's own token may be half a character.
  const token =
    foreign === undefined
      ? /^Unexpected token '(.+?)', /s.exec(message)?.[1]
      : String.fromCodePoint(text.codePointAt(foreign) ?? 0);
  return withColumn(`unexpected ${token === undefined ? 'text' : quoted(token)}`, foreign);
}

/** Where the first thing stands that is no part of JSON at all. */
function firstUnexpected(text: string): number | undefined {
  if (text.length > LONGEST_SEARCHED) return undefined;
  let at = 0;
  for (TOKEN.lastIndex = 0; TOKEN.test(text);) at = TOKEN.lastIndex;
  const rest = text.slice(at).search(/\S/);
  return rest === -1 ? undefined : at + rest;
}

function withColumn(words: string, position: number | undefined): string {
  return position === undefined ? words : `${words} (column ${position + 1})`;
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
