import path from 'node:path';

/** The formats of a manifest. */
export const MANIFEST_FORMATS = ['jsonl', 'csv', 'yaml'] as const;
export type ManifestFormat = (typeof MANIFEST_FORMATS)[number];

/** How a manifest is read. `tsv` always splits at tabs; `csv` takes the delimiter from the first line. */
export type Notation = ManifestFormat | 'tsv';

/** JSON is a subset of YAML, and the YAML reader knows line numbers. */
const NOTATIONS: Readonly<Record<string, Notation>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'yaml',
};

/** File extensions that identify a manifest. */
export const MANIFEST_ENDINGS = Object.keys(NOTATIONS);

/** Argument that stands for a manifest on stdin. */
export const STDIN_WORD = '-';

/** Whether an argument names a manifest rather than pictures. */
export function namesManifest(word: string): boolean {
  return word === STDIN_WORD || notationByName(word) !== undefined;
}

/** The notation for a file's extension. */
export function notationByName(name: string): Notation | undefined {
  return NOTATIONS[path.extname(name).toLowerCase()];
}

/** The notation of a file: `format` overrides the extension, but a .tsv file stays TSV under `csv`. */
export function notationOf(name: string, format: ManifestFormat | undefined): Notation | undefined {
  const byName = notationByName(name);
  return format === undefined || (format === 'csv' && byName === 'tsv') ? byName : format;
}

/** The notation of a text without a file name, guessed from its first non-blank character. */
export function notationByFirst(first: string | undefined): Notation {
  if (first === '{') return 'jsonl';
  return first === '[' || first === '-' ? 'yaml' : 'csv';
}
