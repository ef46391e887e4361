import { Readable } from 'node:stream';
import { fieldProblem, type Entry, type Fields } from '../../../src/batch/manifest/entry.js';
import { openRows, type ManifestFormat } from '../../../src/batch/manifest/open.js';
import { type FalEditError, problemText } from '../../../src/errors/error.js';

export const neverAborted = new AbortController().signal;

export type Chunk = string | Uint8Array;

/** Nothing on stdin, no options: what most tests need to open rows. */
export function opened(
  words: readonly string[],
  cwd: string,
  { recursive = false, format }: { recursive?: boolean; format?: ManifestFormat } = {},
) {
  const context = { cwd, stdin: Readable.from([]), signal: neverAborted };
  return openRows(words, { recursive, format }, context);
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** What a manifest on stdin holds. Without a format it is known by its first character. */
export async function read(content: Chunk | Iterable<Chunk>, format?: ManifestFormat): Promise<Entry[]> {
  const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  const context = { cwd: '/', stdin: Readable.from(chunks), signal: neverAborted };
  const source = await openRows(['-'], { recursive: false, format }, context);
  return all(source.rows());
}

/** A row as its line and its fields; a problem as it is told, without the manifest's name. */
export type Seen = [line: number | undefined, fields: Fields] | string;

export function seen(entries: readonly Entry[]): Seen[] {
  return entries.map((entry) =>
    entry.kind === 'row'
      ? [entry.place.line, entry.fields]
      : problemText(fieldProblem(entry.problem)).replace(/^stdin:(?=\d)/, ''),
  );
}

/** The same of a manifest on stdin. */
export async function rowsIn(content: Chunk | Iterable<Chunk>, format?: ManifestFormat): Promise<Seen[]> {
  return seen(await read(content, format));
}

/** The error of what must fail. */
export async function refusal(opening: Promise<unknown>): Promise<FalEditError> {
  const error = await opening.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  return error as FalEditError;
}
