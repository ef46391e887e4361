import { addAbortSignal, type Readable } from 'node:stream';
import type { Context } from '../context.js';
import { inputFieldError, messageOf } from '../errors/error.js';
import { MAX_PICTURE_BYTES, MAX_PICTURE_SIZE } from './limits.js';

/**
 * All of stdin.
 *
 * @throws FalEditError kind `input`: a terminal, read before, empty, or more than {@link MAX_PICTURE_BYTES}
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
      if (length > MAX_PICTURE_BYTES) break;
      chunks.push(bytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw inputFieldError(where, `stdin cannot be read: ${messageOf(error)}.`, { origin: error });
  }
  if (length > MAX_PICTURE_BYTES) {
    throw inputFieldError(where, `stdin is larger than ${MAX_PICTURE_SIZE}, the limit for a picture.`);
  }
  if (length === 0)
    throw inputFieldError(where, 'stdin is empty.', { hint: 'Pipe a picture in, or name a file.' });
  return Buffer.concat(chunks, length);
}

const isTerminal = (stdin: Readable) => 'isTTY' in stdin && stdin.isTTY === true;
