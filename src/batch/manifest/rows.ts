import { beginningOf } from './beginning.js';
import { readCsv } from './csv/read.js';
import { type Entry, wrong } from './entry.js';
import { notationByFirst, type Notation } from './format.js';
import { readJsonl } from './jsonl/read.js';
import { readYaml } from './yaml/read.js';

/** A manifest as its rows are read from it. */
export interface Manifest {
  /** As the user named it. */
  name: string;
  /** Absolute: where relative paths of its rows start. */
  folder: string;
  /** How it is read; undefined where its first character is to say so. */
  notation: Notation | undefined;
  /** How many bytes it has; undefined where only reading it would tell. */
  size?: number | undefined;
  /** Its bytes, from the beginning. */
  chunks: () => AsyncGenerator<Buffer>;
}

/**
 * The rows of a manifest one by one, and in their places what is wrong. One without any is a problem by itself.
 *
 * @throws the signal's reason; what `chunks` throws
 */
export async function* rowsOf(
  manifest: Omit<Manifest, 'folder'>,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  const top = { file: manifest.name, line: 1 };
  const beginning = await beginningOf(manifest.chunks());
  if ('problem' in beginning) {
    yield wrong(top, beginning.problem);
    return;
  }
  const { first, chunks } = beginning;
  let isEmpty = true;
  for await (const entries of read(notationFor(manifest.notation, first), chunks, manifest, signal)) {
    for (const entry of entries) {
      signal.throwIfAborted();
      isEmpty = false;
      yield entry;
    }
  }
  if (isEmpty) yield wrong(top, 'has no rows.');
}

/** A list of objects is JSON also in a file that is called JSONL. */
function notationFor(notation: Notation | undefined, first: string | undefined): Notation {
  if (notation === undefined) return notationByFirst(first);
  return notation === 'jsonl' && first === '[' ? 'yaml' : notation;
}

function read(
  notation: Notation,
  chunks: AsyncGenerator<Buffer>,
  { name: file, size }: Pick<Manifest, 'name' | 'size'>,
  signal: AbortSignal,
): AsyncGenerator<Entry[]> {
  switch (notation) {
    case 'jsonl':
      return readJsonl(chunks, file);
    case 'csv':
      return readCsv(chunks, file, undefined);
    case 'tsv':
      return readCsv(chunks, file, '\t');
    case 'yaml':
      return readYaml(chunks, { file, size }, signal);
  }
}
