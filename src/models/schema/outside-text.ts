/* Texts of a document come from outside: no terminal may obey one, wherever it is printed. */

/** Control characters and changes of reading direction. */
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const CONTROLS = new RegExp(CONTROL, 'gu');

/** Several times the longest sentence of a real document, in characters. */
const LONGEST = 5_000;

/** Deeper than this, a default or an example is left out. */
const DEEPEST = 8;

/** Whether a name or word can be printed as it is. */
export function isPrintable(text: string): boolean {
  return !CONTROL.test(text);
}

/** A sentence on one line; undefined if it is no text. */
export function sentence(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.slice(0, LONGEST).replace(CONTROLS, ' ').replace(/\s+/g, ' ').trim();
}

/** A default or an example without control characters. Newlines and tabs stay. */
export function printableValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    return value.slice(0, LONGEST).replace(CONTROLS, (one) => (one === '\n' || one === '\t' ? one : ''));
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return undefined;
  if (Array.isArray(value)) return value.map((item: unknown) => printableValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => isPrintable(key))
      .map(([key, inner]): [string, unknown] => [key, printableValue(inner, depth + 1)]),
  );
}
