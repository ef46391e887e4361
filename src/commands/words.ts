/* Arguments of the command line that are not flags: pictures, or the prompt. */
import { statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { inputError, usageError } from '../errors/error.js';
import { refuseWrongCount } from '../models/unsupported.js';
import { inQuotes } from '../images/names.js';
import { otherSpelling } from '../images/named-file.js';
import type { Model } from '../models/model.js';
import { MODELS } from '../models/registry.js';
import { shellWords } from '../shell-words.js';
import type { EditingSettings } from './flags/editing.js';

const PICTURE_NAME = /\.(png|jpe?g|jpe|jfif|webp|gif|tiff?|bmp|avif|heic|heif|svg)$/i;
/** Words that are not checked here, like an empty word; they are checked when the pictures are read. */
const NOT_ON_DISK = /^(-?$|https?:|data:|file:)/i;
const CURLY = /[“”„‟‘’‚‛«»]/gu;

/** The words of an edit. */
export interface EditWords {
  images: string[];
  /** Undefined if none of them is a prompt. */
  prompt: string | undefined;
}

/**
 * Tells pictures from the prompt: without -p, a text with spaces that is not a file, has no picture extension and
 * does not start with a folder.
 *
 * @throws FalEditError (usage, input): it cannot be an edit; the hint has the probably intended command
 */
export async function readEditWords(
  words: readonly string[],
  { values, origins }: EditingSettings,
  model: Model,
  cwd: string,
): Promise<EditWords> {
  const isTyped = origins['prompt'] === '--prompt' || origins['prompt-file'] === '--prompt-file';
  const likePrompts = isTyped ? [] : await prompting(words, cwd);
  if (likePrompts.length > 1) {
    throw usageError(
      `There are ${likePrompts.length} prompts: ${likePrompts.map(inQuotes).join(' and ')}. Use one.`,
    );
  }
  const images = words.filter((word) => !likePrompts.includes(word));
  const typed = isTyped && typeof values['prompt'] === 'string' ? values['prompt'] : undefined;
  const [found, missing] = await onDisk(images, cwd);
  if (missing.length > 0) {
    refuseCurly(found, missing, typed);
    refuseCount(missing, origins['dry-run'] === '--dry-run');
    refusePattern(missing);
    refuseSplit(found, missing, isTyped, typed);
    if (words.length === 1 && !isTyped && isBare(words[0] ?? '')) {
      throw usageError(
        `There is no command or file ${inQuotes(words[0] ?? '')}.`,
        'fal-edit --help lists all commands.',
      );
    }
  }
  refuseFolder(images, cwd);
  // After -- anything is allowed.
  if (images.length > model.maxImages && !images.some((word) => word.startsWith('-'))) {
    const batch = shellWords([
      ...['fal-edit', 'batch', ...images],
      ...(model === MODELS[0] ? [] : ['-m', model.name]),
      ...(model.fields.prompt === undefined ? [] : ['-p', typed ?? likePrompts[0] ?? '…']),
    ]);
    refuseWrongCount(model, images, '--image', {
      allowMany: values['allow-many'] === true,
      also: `To edit each of them: ${batch}`,
    });
  }
  return { images, prompt: likePrompts[0] };
}

/** Refuses a word that is the prompt: only an edit takes it without a flag. @param command as it is typed. @throws FalEditError (usage) */
export async function refusePromptWord(
  command: string,
  words: readonly string[],
  { origins }: Pick<EditingSettings, 'origins'>,
  cwd: string,
): Promise<void> {
  if (origins['prompt'] === '--prompt' || origins['prompt-file'] === '--prompt-file') return;
  const [prompt] = await prompting(words, cwd);
  if (prompt === undefined) return;
  const others = words.filter((word) => word !== prompt);
  throw usageError(
    `${inQuotes(prompt)} is not a picture.`,
    `If it is the prompt: ${shellWords(['fal-edit', command, ...others, '-p', prompt])}`,
  );
}

async function prompting(words: readonly string[], cwd: string): Promise<string[]> {
  const texts = words.filter(
    (word) =>
      /\s/.test(word.trim()) &&
      !PICTURE_NAME.test(word) &&
      !NOT_ON_DISK.test(word) &&
      !startsWithFolder(word, cwd),
  );
  const [, missing] = await onDisk(texts, cwd);
  return missing;
}

function startsWithFolder(word: string, cwd: string): boolean {
  const slash = word.search(/[\\/]/);
  return slash === 0 || (slash > 0 && statOf(word.slice(0, slash), cwd)?.isDirectory() === true);
}

/** Splits words into those that exist (or are not on this disk at all) and others. */
async function onDisk(words: readonly string[], cwd: string): Promise<[found: string[], missing: string[]]> {
  const found: string[] = [];
  const missing: string[] = [];
  for (const word of words) {
    const isThere =
      NOT_ON_DISK.test(word) ||
      statOf(word, cwd) !== undefined ||
      (await otherSpelling(path.resolve(cwd, word))) !== undefined;
    (isThere ? found : missing).push(word);
  }
  return [found, missing];
}

function statOf(word: string, cwd: string): Stats | undefined {
  try {
    return statSync(path.resolve(cwd, word), { throwIfNoEntry: false });
  } catch {
    // The error is reported when the file is read.
    return undefined;
  }
}

/** Curly quotes of word processors are not quotes for a shell. */
function refuseCurly(found: readonly string[], missing: readonly string[], typed: string | undefined): void {
  const text = [typed ?? [], missing].flat().join(' ');
  // Within a word they are apostrophes, also in the names of files.
  if (!/^[“„«‘]/u.test(text) || !missing.every(isBare)) return;
  throw usageError(
    'The prompt is in curly quotes (“ ”), which the shell does not treat as quotes.',
    `Use straight ones: ${shellWords(['fal-edit', ...found, '-p', text.replace(CURLY, '').trim()])}`,
  );
}

/** -n is the number of pictures elsewhere. */
function refuseCount(missing: readonly string[], isDryRun: boolean): void {
  const [count, ...others] = missing;
  if (!isDryRun || count === undefined || others.length > 0 || !/^\d{1,2}$/.test(count)) return;
  throw usageError(
    `-n is --dry-run and takes no value; there is no picture ${inQuotes(count)}.`,
    `To make ${count} pictures: --num-images ${count}`,
  );
}

function refusePattern(missing: readonly string[]): void {
  const pattern = missing.find((word) => /[*?]/.test(word));
  if (pattern === undefined) return;
  throw inputError(`--image: ${inQuotes(pattern)}: no such file.`, {
    hint: `Patterns work only with batch. To edit every match: ${shellWords(['fal-edit', 'batch', pattern, '-p', '…'])}`,
  });
}

function refuseSplit(
  found: readonly string[],
  missing: readonly string[],
  isTyped: boolean,
  typed: string | undefined,
): void {
  const isSplit = missing.every(isBare) && (isTyped ? typed !== undefined : missing.length > 1);
  if (!isSplit) return;
  const prompt = [typed ?? [], missing].flat().join(' ');
  throw usageError(
    `No such ${missing.length === 1 ? 'file' : 'files'}: ${missing.map(inQuotes).join(', ')}. Was the prompt split by the shell?`,
    `Put it in quotes: ${shellWords(['fal-edit', ...found, '-p', prompt])}`,
  );
}

/** Whether a word looks like part of a prompt rather than a file name. */
function isBare(word: string): boolean {
  return !/^-|[\\/]|\.\w{1,5}$/.test(word) && !NOT_ON_DISK.test(word);
}

function refuseFolder(images: readonly string[], cwd: string): void {
  const folder = images.find((word) => !NOT_ON_DISK.test(word) && statOf(word, cwd)?.isDirectory() === true);
  if (folder === undefined) return;
  throw inputError(`--image: ${inQuotes(folder)} is a folder, not a file.`, {
    hint: `To edit every picture in it: ${shellWords(['fal-edit', 'batch', folder, '-p', '…'])}`,
  });
}
