import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { Context } from '../../context.js';
import { type FalEditError, inputError, messageOf } from '../../errors/error.js';
import { type NamedFile, statRegularFile, unreadable } from '../../images/named-file.js';
import { type ManifestFormat, notationOf } from './format.js';
import type { Manifest } from './rows.js';

/**
 * Opens a manifest file. Each reading of its rows opens it again.
 *
 * @param written path as the user wrote it
 * @throws FalEditError (input): missing, a folder or unreadable
 */
export async function manifestFile(
  written: string,
  format: ManifestFormat | undefined,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): Promise<Manifest> {
  const file: NamedFile = { path: path.resolve(cwd, written), written, where: 'manifest' };
  const size = await readableSize(file);
  return {
    name: written,
    folder: path.dirname(file.path),
    notation: notationOf(written, format),
    size,
    chunks: () => bytesOf(createReadStream(file.path), signal, (error) => unreadable(file, error)),
  };
}

async function readableSize(file: NamedFile): Promise<number> {
  // An empty file is not a valid picture, but it is a valid manifest without rows.
  const isEmptyFile = await stat(file.path).then(
    (found) => found.isFile() && found.size === 0,
    () => false,
  );
  const size = isEmptyFile ? 0 : (await statRegularFile(file)).size;
  try {
    await access(file.path, constants.R_OK);
  } catch (error) {
    throw await unreadable(file, error);
  }
  return size;
}

/**
 * Manifest on stdin. It can be read only once: a second call of `chunks` throws.
 *
 * @throws FalEditError (input): stdin is a terminal, or was already read
 */
export function manifestOnStdin(
  format: ManifestFormat | undefined,
  { cwd, stdin, signal }: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
): Manifest {
  if ('isTTY' in stdin && stdin.isTTY === true) {
    throw inputError('manifest: "-" reads rows from stdin, but stdin is a terminal.', {
      hint: 'Pipe a manifest in, or name a file.',
    });
  }
  let isTaken = stdin.readableEnded || stdin.destroyed;
  const checkFree = () => {
    if (isTaken) throw inputError('manifest: stdin has already been read, and can be read only once.');
  };
  checkFree();
  return {
    name: 'stdin',
    folder: cwd,
    notation: format,
    chunks: () => {
      checkFree();
      isTaken = true;
      return bytesOf(stdin, signal, (error) =>
        inputError(`manifest: stdin cannot be read: ${messageOf(error)}.`, { origin: error }),
      );
    },
  };
}

/**
 * Yields the bytes of a stream, and closes it at the end or when reading stops early.
 *
 * @param explain turns the stream's error into ours
 * @throws the signal's reason; the result of `explain`
 */
export async function* bytesOf(
  stream: Readable,
  signal: AbortSignal,
  explain: (error: unknown) => FalEditError | Promise<FalEditError>,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Uint8Array | string>) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : asBuffer(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw await explain(error);
  }
}

/** A view of the same bytes, not a copy. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
