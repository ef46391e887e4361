import { DEEPEST_NESTING, TOO_DEEP } from '../limits.js';
import { quoted } from '../wrong.js';

/**
 * What `JSON.parse` lets pass without a word: a key that stands twice in one object, of which it keeps the last, and
 * nesting without end. Runs on each row: one pass, and texts are leapt over.
 *
 * @param json valid JSON
 * @returns a sentence without its place, or undefined where nothing is wrong
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
