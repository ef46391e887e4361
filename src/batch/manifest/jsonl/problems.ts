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
  /** Open objects and lists, outermost first: an object's keys so far, or undefined for a list. */
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

/** Index of the quote that closes the string opened at `start`. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

/** Whether an odd number of backslashes precedes the character. */
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

/** Longer texts are not searched for the position of the error, in characters. */
const LONGEST_SEARCHED = 10_000;

/** A JSON token: punctuation, string, number or word. */
const TOKEN =
  /\s*(?:[{}[\],:]|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|(?:true|false|null)\b)/y;

/**
 * Explains why a text is not JSON, with the column (from 1) if known. The engine's message has the position of most
 * errors, but for a character that cannot start a token it quotes the text instead.
 *
 * @param error as `JSON.parse` threw it
 */
export function reasonOf(error: unknown, text: string): string {
  const message = messageOf(error);
  if (message.startsWith('Unexpected end')) return TOO_SHORT;
  const [, words, position] = /^(.+?)(?: in JSON)? at position (\d+)/s.exec(message) ?? [];
  if (words !== undefined) return withColumn(lowered(words), Number(position));
  const at = firstUnexpected(text);
  // The engine's token may be half of a surrogate pair.
  const token =
    at === undefined
      ? /^Unexpected token '(.+?)', /s.exec(message)?.[1]
      : String.fromCodePoint(text.codePointAt(at) ?? 0);
  return withColumn(`unexpected ${token === undefined ? 'text' : quoted(token)}`, at);
}

/** Index of the first character that cannot be part of any JSON. */
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
