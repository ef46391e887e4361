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

/** Where the rows of a batch come from. */
export interface RowSource {
  /** As the user named it: the manifest, `stdin`, or the patterns. For summaries and messages. */
  name: string;
  /** Absolute folder at which relative paths of the rows start: the manifest's own; for stdin and pictures the working directory. */
  folder: string;
  /** Whether the rows come from a manifest; false where each picture is a row. */
  isManifest: boolean;
  /** Whether we name the pictures, perhaps otherwise each time: what is done then keeps its name. */
  namesAreOurs?: boolean;
  /** Fields whose values stand in a file, not on the command line: those of a manifest all do. */
  fromFile: 'all' | readonly string[];
  /** Whether flags are defaults, which a row's model may lack; else they are what each edit asks for. */
  flagsAreDefaults: boolean;
  /** Files of the folders that were named which are no rows, by what they are; absent where no folder was named. */
  leftOut?: LeftOut | undefined;
  /** A note to print once all rows are known to be valid. */
  note?: string;
  /** The error for rows with problems, where that is not the list of them by row. */
  refuse?: (problems: readonly Problem[]) => FalEditError;
  /**
   * Reads them from the beginning, one by one; those of stdin once only. What is wrong with a row is an entry.
   *
   * @throws the signal's reason; FalEditError (input): the manifest cannot be read any more
   */
  rows: () => AsyncIterable<Entry>;
}

type Needs = Pick<Context, 'cwd' | 'stdin' | 'signal'>;

/**
 * Finds what the user named: one manifest (`-` for stdin, or known by its ending), or pictures (files, folders, globs
 * and http(s) URLs). Nothing of a manifest is read yet.
 *
 * @param options.recursive whether the pictures of a folder's subfolders are meant as well
 * @param options.format what the manifest is written in, whatever it is called
 * @throws FalEditError (usage, input): nothing is named, the manifest is missing, a folder or not readable, no
 * picture matches, several manifests; the signal's reason
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

/** A shell may have made thousands of names of one pattern. */
function patternsText(words: readonly string[]): string {
  const [first = '', ...more] = words;
  return more.length < 3 ? words.join(' ') : `${first} and ${more.length} more`;
}
