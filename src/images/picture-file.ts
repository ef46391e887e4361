import { readFile } from 'node:fs/promises';
import { inputError } from '../errors.js';
import { MAX_PICTURE_BYTES, MAX_PICTURE_SIZE } from './limits.js';
import { inQuotes } from './names.js';
import { type NamedFile, statRegularFile, unreadable } from './regular-file.js';

/**
 * The bytes of a picture's file; its size is checked before it is read.
 *
 * @throws FalEditError kind `input`: what {@link statRegularFile} refuses, or more than
 * {@link MAX_PICTURE_BYTES}
 */
export async function readPictureFile(file: NamedFile, signal: AbortSignal): Promise<Uint8Array> {
  const { size } = await statRegularFile(file);
  if (size > MAX_PICTURE_BYTES) throw tooLarge(file);
  let bytes;
  try {
    bytes = await readFile(file.path, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw await unreadable(file, error);
  }
  // It may have grown or been emptied since.
  if (bytes.length > MAX_PICTURE_BYTES) throw tooLarge(file);
  if (bytes.length === 0) throw inputError(`${file.where}: ${inQuotes(file.written)} is empty.`);
  return bytes;
}

function tooLarge({ where, written }: NamedFile) {
  return inputError(
    `${where}: ${inQuotes(written)} is larger than ${MAX_PICTURE_SIZE}, the limit for a picture.`,
  );
}
