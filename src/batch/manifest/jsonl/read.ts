import { type Entry, type Fields, type Position, wrong } from '../entry.js';
import { linesOf, type Line } from '../lines.js';
import { reasonOf, structureProblem } from './problems.js';

/**
 * Reads the rows of a JSONL manifest, one object per line. Skips blank lines and comments (`#`, `//`).
 *
 * @param file the manifest as the user named it
 */
export async function* readJsonl(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<Entry[]> {
  for await (const lines of linesOf(chunks)) {
    yield lines.filter(isRow).map((line) => entryOf(line, file));
  }
}

function isRow({ text, problem }: Line): boolean {
  return problem !== undefined || !/^\s*(?:$|#|\/\/)/.test(text);
}

function entryOf({ number, text, problem }: Line, file: string): Entry {
  const place: Position = { file, line: number };
  if (problem !== undefined) return wrong(place, problem);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return wrong(place, `is not JSON: ${reasonOf(error, text)}.`);
  }
  if (!isFields(value))
    return wrong(place, `is ${kindOf(value)}, not an object such as {"image": "cat.png"}.`);
  const structure = structureProblem(text);
  return structure === undefined ? { kind: 'row', place, fields: value } : wrong(place, structure);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return { string: 'a string', number: 'a number' }[typeof value as string] ?? 'true or false';
}
