import path from 'node:path';

/** The formats of a manifest. */
export const MANIFEST_FORMATS = ['jsonl', 'csv', 'yaml'] as const;
export type ManifestFormat = (typeof MANIFEST_FORMATS)[number];

/** How a manifest is read. A file of tabs is one whatever its first line looks like; that of other CSV says what divides it. */
export type Notation = ManifestFormat | 'tsv';

/** JSON is YAML, and YAML's reader knows the lines. */
const NOTATIONS: Readonly<Record<string, Notation>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'yaml',
};

/** The endings by which a manifest is known. */
export const MANIFEST_ENDINGS = Object.keys(NOTATIONS);

/** The word that stands for a manifest on stdin. */
export const STDIN_WORD = '-';

/** Whether a word names a manifest, not pictures. */
export function namesManifest(word: string): boolean {
  return word === STDIN_WORD || notationByName(word) !== undefined;
}

/** How a file is read, by its ending. */
export function notationByName(name: string): Notation | undefined {
  return NOTATIONS[path.extname(name).toLowerCase()];
}

/** The user's word for the format is stronger than the ending; a file of tabs stays one when it is called CSV. */
export function notationOf(name: string, format: ManifestFormat | undefined): Notation | undefined {
  const byName = notationByName(name);
  return format === undefined || (format === 'csv' && byName === 'tsv') ? byName : format;
}

/** How a text without a name is read, by its first character that is not blank. */
export function notationByFirst(first: string | undefined): Notation {
  if (first === '{') return 'jsonl';
  return first === '[' || first === '-' ? 'yaml' : 'csv';
}
