import { beginningOf } from './beginning.js';
import { readCsv } from './csv/read.js';
import { type Entry, wrong } from './entry.js';
import { notationByFirst, type Notation } from './format.js';
import { readJsonl } from './jsonl/read.js';
import { readYaml } from './yaml/read.js';

/** A manifest to read rows from. */
export interface Manifest {
  /** As the user named it. */
  name: string;
  /** Absolute folder that relative paths in rows start from. */
  folder: string;
  /** How to read it; undefined to decide by the first character. */
  notation: Notation | undefined;
  /** Size in bytes; undefined if unknown until read. */
  size?: number | undefined;
  /** Its bytes, from the beginning. */
  chunks: () => AsyncGenerator<Buffer>;
}

/**
 * Yields the rows of a manifest one by one, with problems in order. A manifest without rows is itself a problem.
 *
 * @throws the signal's reason; any error of `chunks`
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

/** Decides the notation. A list of objects is read as JSON even in a .jsonl file. */
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
