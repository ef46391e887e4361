import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from '../context.js';
import { FalEditError, inputError, inputFieldError } from '../errors/error.js';
import { DataUriError, decodeDataUri } from './data-uri.js';
import { MAX_FILE_BYTES, MAX_FILE_SIZE, MAX_PICTURE_BYTES } from './limits.js';
import { displayName, inQuotes, nameOfPath } from './names.js';
import { type NamedFile, statRegularFile, unreadable } from './named-file.js';
import { asInputError } from './picture-errors.js';
import { BEGINNING_BYTES, refuseOtherFiles } from './probe.js';
import type { BytesSource, Source } from './source.js';
import { readStdin } from './stdin.js';

export { nameOf, nameOfUrl } from './names.js';
export type { BytesSource, Source, UrlSource } from './source.js';

const ALLOWED = 'Give a path, an http(s) URL, a data: URI, or - for stdin.';

/** A URL scheme of at least two characters: a single letter is a Windows drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):(\/\/)?/i;

/**
 * Turns the user's source into a picture's bytes, or into a URL for fal to fetch. Nothing is sent.
 *
 * @param source a path (relative to `cwd`), a `file:`, `http:` or `https:` URL, a `data:` URI, or `-`
 * @param where the user's name for the field ("--image"); each message starts with it
 * @throws FalEditError kind `input`: missing, not readable, not a regular file, empty, too large (50 MB, or
 * {@link MAX_FILE_BYTES} if it is a picture file), a malformed URI, or an unsupported scheme
 */
export async function readSource(
  source: string,
  context: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
  where: string,
): Promise<Source> {
  if (source === '') throw inputError(`${where} is empty. ${ALLOWED}`);
  if (source === '-') {
    const bytes = await readStdin(context, where);
    return { kind: 'bytes', bytes, origin: 'stdin', label: 'stdin', name: 'stdin' };
  }
  const [, scheme, slashes] = SCHEME.exec(source) ?? [];
  switch (scheme?.toLowerCase()) {
    case 'http':
    case 'https':
      return { kind: 'url', url: checkUrl(source, where) };
    case 'data':
      return readDataUri(source, where);
    case 'file':
      return readFileSource(source, pathOfFileUrl(source, where), context, where);
    default:
      // Without slashes it is a file name with a colon ("12:30.png", "cat:2.png").
      if (scheme !== undefined && slashes !== undefined) {
        throw inputFieldError(where, `${scheme}: URLs are not supported: ${inQuotes(source)}. ${ALLOWED}`, {
          hint: 'Download it first, or use an http(s) URL that needs no login.',
        });
      }
      return readFileSource(source, resolve(context.cwd, source), context, where);
  }
}

async function readFileSource(
  written: string,
  path: string,
  { signal }: Pick<Context, 'signal'>,
  where: string,
): Promise<BytesSource> {
  const bytes = await readPictureFile({ path, written, where }, signal);
  return { kind: 'bytes', bytes, origin: 'file', label: displayName(written), name: nameOfPath(path) };
}

function readDataUri(uri: string, where: string): BytesSource {
  try {
    const bytes = decodeDataUri(uri);
    if (bytes.length === 0) throw new DataUriError('is empty');
    return { kind: 'bytes', bytes, origin: 'data', label: 'the data: URI', name: 'image' };
  } catch (error) {
    if (!(error instanceof DataUriError)) throw error;
    throw inputFieldError(where, `the data: URI ${error.problem}.`, {
      hint: 'It is written data:image/png;base64,…',
    });
  }
}

/** Checks a URL that fal fetches without cookies or a login (fal-api.md 3.6). */
function checkUrl(written: string, where: string): string {
  // "http:photo.png" would also parse, with the file name as its host.
  if (!/^https?:\/\/[^/]/i.test(written) || !URL.canParse(written)) {
    throw inputFieldError(where, `${inQuotes(written)} is not a valid URL.`);
  }
  const url = new URL(written);
  if (url.username !== '' || url.password !== '') {
    throw inputFieldError(
      where,
      `the URL of ${url.host} contains a user name or a password, which fal would see.`,
      {
        hint: 'Download the picture and name the file, or use a signed URL.',
      },
    );
  }
  // As written, so that signatures stay valid; only characters not allowed in URLs are encoded.
  return /^[\x21-\x7e]+$/.test(written) ? written : url.href;
}

function pathOfFileUrl(written: string, where: string): string {
  try {
    return fileURLToPath(written);
  } catch (error) {
    throw inputFieldError(where, `${inQuotes(written)} is not a valid file: URL.`, { origin: error });
  }
}

/**
 * Reads a picture file; its size is checked first.
 *
 * @throws FalEditError kind `input`: as {@link statRegularFile}, more than
 * {@link MAX_FILE_BYTES}, or more than 50 MB and not a picture
 */
async function readPictureFile(file: NamedFile, signal: AbortSignal): Promise<Uint8Array> {
  const { size } = await statRegularFile(file);
  if (size > MAX_FILE_BYTES) throw tooLarge(file);
  let bytes;
  try {
    // It is read whole only if it is a picture.
    if (size > MAX_PICTURE_BYTES) await refuseOtherFile(file);
    bytes = await readFile(file.path, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof FalEditError ? error : await unreadable(file, error);
  }
  // It may have grown or been emptied since.
  if (bytes.length > MAX_FILE_BYTES) throw tooLarge(file);
  if (bytes.length === 0) throw inputFieldError(file.where, `${inQuotes(file.written)} is empty.`);
  return bytes;
}

async function refuseOtherFile({ path, written, where }: NamedFile): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    refuseOtherFiles(buffer.subarray(0, bytesRead));
  } catch (error) {
    throw asInputError(error, where, inQuotes(written));
  } finally {
    await file.close();
  }
}

function tooLarge({ where, written }: NamedFile) {
  return inputFieldError(
    where,
    `${inQuotes(written)} is larger than ${MAX_FILE_SIZE}, the limit for a picture file.`,
  );
}
