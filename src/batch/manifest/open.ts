import type { Context } from '../../context.js';
import { type FalEditError, usageError } from '../../errors/error.js';
import { inQuotes } from '../../images/names.js';
import { manifestFile, manifestOnStdin } from './bytes.js';
import { type Entry, type Problem } from './entry.js';
import { type ManifestFormat, namesManifest, STDIN_WORD } from './format.js';
import type { LeftOut } from './pictures/folder.js';
import { findPictures, pictureRows } from './pictures/find.js';
import { rowsOf } from './rows.js';

export { MANIFEST_FORMATS, type ManifestFormat } from './format.js';

/** Source of the rows of a batch. */
export interface RowSource {
  /** The manifest as the user named it, `stdin`, or the patterns. For summaries and messages. */
  name: string;
  /**
   * Absolute folder that relative paths in rows start from: the manifest's own; for stdin and pictures, the working
   * directory.
   */
  folder: string;
  /** Whether the rows come from a manifest; false if each picture is a row. */
  isManifest: boolean;
  /** Whether result names are chosen by us and may change between runs: finished rows then keep theirs. */
  namesAreOurs?: boolean;
  /** Fields whose values come from a file rather than the command line; `all` for a manifest. */
  fromFile: 'all' | readonly string[];
  /** Whether flags are defaults, which a row's model may not support; otherwise they apply to every edit. */
  flagsAreDefaults: boolean;
  /** Files in the named folders that are not rows, by type; absent if no folder was named. */
  leftOut?: LeftOut | undefined;
  /** A note to print once all rows are known to be valid. */
  note?: string;
  /** Builds the error for invalid rows, if it is not the usual list by row. */
  refuse?: (problems: readonly Problem[]) => FalEditError;
  /**
   * Reads the rows from the beginning, one at a time (stdin only once). A problem with a row is an entry too.
   *
   * @throws the signal's reason; FalEditError (input): the manifest can no longer be read
   */
  rows: () => AsyncIterable<Entry>;
}

type Needs = Pick<Context, 'cwd' | 'stdin' | 'signal'>;

/**
 * Opens the arguments: one manifest (`-` for stdin, or recognised by its extension), or pictures (files, folders,
 * globs and http(s) URLs). Does not read the manifest yet.
 *
 * @param options.recursive include subfolders of folders
 * @param options.format the manifest's format, whatever its name
 * @throws FalEditError (usage, input): no arguments, several manifests, a manifest that is missing, a folder or
 * unreadable, or no matching picture; the signal's reason
 */
export async function openRows(
  words: readonly string[],
  options: { recursive: boolean; format: ManifestFormat | undefined },
  context: Needs,
): Promise<RowSource> {
  context.signal.throwIfAborted();
  if (words.length === 0 || words.includes('')) {
    throw usageError('Name a manifest, or the pictures to edit.', 'fal-edit batch rows.csv');
  }
  const [manifest, ...others] = words.filter(namesManifest);
  if (manifest === undefined) return openPictures(words, options.recursive, context);
  checkAlone(manifest, others, words);
  return openManifest(manifest, options.format, context);
}

function checkAlone(manifest: string, others: readonly string[], words: readonly string[]): void {
  const [other] = others;
  if (other !== undefined) {
    throw usageError(
      `${inQuotes(manifest)} and ${inQuotes(other)} are both manifests. Name only one.`,
      'Run a batch for each.',
    );
  }
  const picture = words.find((word) => word !== manifest);
  if (picture !== undefined) {
    throw usageError(
      `${inQuotes(manifest)} is a manifest, but ${inQuotes(picture)} is not. Name one manifest, or pictures.`,
      'Name the pictures in the manifest, or leave the manifest out.',
    );
  }
  if (/^https?:\/\//i.test(manifest)) {
    throw usageError(
      `A manifest must be a file, or - for stdin, not the URL ${inQuotes(manifest)}.`,
      'Download it first.',
    );
  }
}

async function openManifest(
  word: string,
  format: ManifestFormat | undefined,
  context: Needs,
): Promise<RowSource> {
  const manifest =
    word === STDIN_WORD ? manifestOnStdin(format, context) : await manifestFile(word, format, context);
  const { name, folder } = manifest;
  return {
    name,
    folder,
    isManifest: true,
    fromFile: 'all',
    flagsAreDefaults: true,
    rows: () => rowsOf(manifest, context.signal),
  };
}

async function openPictures(
  words: readonly string[],
  recursive: boolean,
  { cwd, signal }: Needs,
): Promise<RowSource> {
  const { pictures, leftOut } = await findPictures(words, recursive, { cwd, signal });
  return {
    name: patternsText(words),
    folder: cwd,
    isManifest: false,
    fromFile: [],
    flagsAreDefaults: true,
    leftOut,
    rows: () => pictureRows(pictures, { cwd, signal }),
  };
}

/** The arguments as text, shortened: a shell may expand one pattern to thousands of names. */
function patternsText(words: readonly string[]): string {
  const [first = '', ...more] = words;
  return more.length < 3 ? words.join(' ') : `${first} and ${more.length} more`;
}
