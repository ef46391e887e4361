import { messageOf } from '../../../errors/error.js';
import { DEEPEST_NESTING, quoted, TOO_DEEP } from '../entry.js';

/**
 * Problems that `JSON.parse` accepts silently: a repeated key, of which it keeps the last value, and very deep
 * nesting. Runs on every row, in one pass that skips over strings.
 *
 * @param json valid JSON
 * @returns a sentence without the line, or undefined if there is no problem
 */
export function structureProblem(json: string): string | undefined {
  /** The objects and lists that are open, from the outside: an object's keys so far; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < json.length; at++) {
    switch (json.charAt(at)) {
      case '"': {
        const end = endOfText(json, at);
        const key = isKey ? textOf(json, at, end) : undefined;
        const keys = open.at(-1);
        if (key !== undefined && keys?.has(key) === true) return `has the key ${quoted(key)} twice.`;
        if (key !== undefined) keys?.add(key);
        isKey = false;
        at = end;
        break;
      }
      case '{':
      case '[':
        isKey = json[at] === '{';
        open.push(isKey ? new Set() : undefined);
        if (open.length > DEEPEST_NESTING) return TOO_DEEP;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        isKey = open.at(-1) !== undefined;
        break;
    }
  }
  return undefined;
}

/** Where the quote stands that ends the text which begins at a quote. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

/** An odd number of backslashes stands before it. */
function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

function textOf(json: string, start: number, end: number): string {
  const text = json.slice(start + 1, end);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Replaces the engine's "end of JSON input". */
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
  const at = firstUnexpected(text);
  // The engine's own token may be half a character.
  const token =
    at === undefined
      ? /^Unexpected token '(.+?)', /s.exec(message)?.[1]
      : String.fromCodePoint(text.codePointAt(at) ?? 0);
  return withColumn(`unexpected ${token === undefined ? 'text' : quoted(token)}`, at);
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
