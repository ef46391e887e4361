import { addAbortSignal, type Readable } from 'node:stream';
import type { Context } from '../context.js';
import { inputFieldError, messageOf } from '../errors/error.js';
import { MAX_FILE_BYTES, MAX_FILE_SIZE, MAX_PICTURE_BYTES } from './limits.js';
import { asInputError, PictureError } from './picture-errors.js';
import { BEGINNING_BYTES, refuseOtherFiles } from './probe.js';

/**
 * All of stdin.
 *
 * @throws FalEditError kind `input`: a terminal, read before, empty, more than
 * {@link MAX_FILE_BYTES}, or more than 50 MB and not a picture
 */
export async function readStdin(
  { stdin, signal }: Pick<Context, 'stdin' | 'signal'>,
  where: string,
): Promise<Uint8Array> {
  if (isTerminal(stdin)) {
    throw inputFieldError(where, '"-" reads a picture from stdin, but stdin is a terminal.', {
      hint: 'Pipe a picture in, or name a file.',
    });
  }
  if (stdin.readableEnded || stdin.destroyed) {
    throw inputFieldError(where, 'stdin was already read; "-" can be used only once.');
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stdin) as AsyncIterable<Uint8Array | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk);
      length += bytes.length;
      chunks.push(bytes);
      // More is read only of a picture.
      if (length > MAX_PICTURE_BYTES && length - bytes.length <= MAX_PICTURE_BYTES) refuseOtherInput(chunks);
      if (length > MAX_FILE_BYTES) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PictureError) throw asInputError(error, where, 'stdin');
    throw inputFieldError(where, `stdin cannot be read: ${messageOf(error)}.`, { origin: error });
  }
  if (length > MAX_FILE_BYTES) {
    throw inputFieldError(where, `stdin is larger than ${MAX_FILE_SIZE}, the limit for a picture file.`);
  }
  if (length === 0)
    throw inputFieldError(where, 'stdin is empty.', { hint: 'Pipe a picture in, or name a file.' });
  return Buffer.concat(chunks, length);
}

/** Bytes at the start of the first chunks. @throws NotAPictureError */
function refuseOtherInput(chunks: readonly Buffer[]): void {
  const beginning: Buffer[] = [];
  let length = 0;
  for (const chunk of chunks) {
    if (length >= BEGINNING_BYTES) break;
    beginning.push(chunk.subarray(0, BEGINNING_BYTES));
    length += chunk.length;
  }
  refuseOtherFiles(Buffer.concat(beginning));
}

const isTerminal = (stdin: Readable) => 'isTTY' in stdin && stdin.isTTY === true;
