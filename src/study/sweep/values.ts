import { fieldError, usageError } from '../../errors/error.js';
import { parseRange } from './range.js';

/** The values of an axis, which may be too many to generate. */
export interface AxisValues {
  /** Number of values named, repeated ones included. */
  count: number;
  first: () => string;
  /** The distinct values, in order. */
  list: () => string[];
}

interface Part {
  count: number;
  first: string;
  values: () => string[];
  /** Key for finding repeated values: 0.5 and 0.50 are equal as numbers, but not as prompts. */
  identity: (value: string) => string;
}

const asText = (value: string): string => `text ${value}`;
const asNumber = (value: string): string =>
  /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? `number ${Number(value)}` : asText(value);

/**
 * Parses the values of `--vary`: texts and ranges separated by commas. A text with commas needs JSON quotes.
 *
 * @param where name of the axis in messages
 * @throws FalEditError (usage)
 */
export function parseValues(written: string, where: string): AxisValues {
  return valuesOf(
    itemsOf(written, where).map(({ text, isQuoted }) => {
      const range = isQuoted ? undefined : parseRange(text, where);
      if (range !== undefined) return { ...range, identity: asNumber };
      return { count: 1, first: text, values: () => [text], identity: isQuoted ? asText : asNumber };
    }),
  );
}

/**
 * Reads the values in a file, one per line, skipping blank lines.
 *
 * @param where name of the axis in messages
 * @throws FalEditError (usage): the file has no values
 */
export function lineValues(text: string, where: string): AxisValues {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [first] = lines;
  if (first === undefined) throw usageError(`${where} has no values. Write one per line.`);
  return valuesOf([{ count: lines.length, first, values: () => lines, identity: asText }]);
}

function valuesOf(parts: readonly Part[]): AxisValues {
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    first: () => parts[0]?.first ?? '',
    list: () => {
      const seen = new Map<string, string>();
      for (const { values, identity } of parts) {
        for (const value of values()) {
          const known = identity(value);
          if (!seen.has(known)) seen.set(known, value);
        }
      }
      return [...seen.values()];
    },
  };
}

interface Item {
  text: string;
  isQuoted: boolean;
}

/** A text in JSON quotes up to the next comma, or a text without commas. */
const ITEM = /\s*(?:("(?:[^"\\]|\\.)*")|([^,]*?))\s*(?:,|$)/y;

function itemsOf(written: string, where: string): Item[] {
  const items: Item[] = [];
  for (let start = 0; ;) {
    ITEM.lastIndex = start;
    const [whole = '', quoted, plain = ''] = ITEM.exec(written) ?? [];
    const text = quoted === undefined ? plain : unquoted(quoted, where);
    if (text === '') throw fieldError(where, `"${written}" has an empty value.`, EXAMPLE);
    items.push({ text, isQuoted: quoted !== undefined });
    // A comma at the very end means a missing value.
    if (!whole.endsWith(',')) return items;
    start += whole.length;
  }
}

function unquoted(quoted: string, where: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw fieldError(where, `${quoted} starts with a quote but is not a JSON string.`);
  }
}

const EXAMPLE = 'For example: --vary guidance=2.5,3.5,5 or --vary strength=0.3..0.9:0.1';
