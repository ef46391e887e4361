import { createReadStream } from 'node:fs';
import { bytesOf } from '../../batch/manifest/bytes.js';
import type { Context } from '../../context.js';
import { inputError, messageOf } from '../../errors/error.js';
import { statRegularFile, unreadable, type NamedFile } from '../../images/named-file.js';
import { inQuotes } from '../../images/names.js';
import { decodeText } from '../../text.js';

/** A request may hold three pictures of fal's 10 MiB as data: URIs. */
const LONGEST_REQUEST_BYTES = 40 * 1024 * 1024;

/** The text of a file. @throws FalEditError (input): missing, no file, too long, not UTF-8; the signal's reason */
export async function readFileText(file: NamedFile, { signal }: Pick<Context, 'signal'>): Promise<string> {
  await statRegularFile(file);
  const chunks = bytesOf(createReadStream(file.path), signal, (error) => unreadable(file, error));
  return textOf(chunks, inQuotes(file.written));
}

/** All of stdin, as text. @throws FalEditError (input): a terminal, read before, too long, not UTF-8 */
export async function readStdinText({ stdin, signal }: Pick<Context, 'stdin' | 'signal'>): Promise<string> {
  if ('isTTY' in stdin && stdin.isTTY === true) {
    throw inputError('"-" reads a request from stdin, but stdin is a terminal.', {
      hint: 'Pipe a request in, or name a file.',
    });
  }
  const chunks = bytesOf(stdin, signal, (error) =>
    inputError(`stdin cannot be read: ${messageOf(error)}.`, { origin: error }),
  );
  return textOf(chunks, 'stdin');
}

async function textOf(chunks: AsyncIterable<Buffer>, name: string): Promise<string> {
  const read: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > LONGEST_REQUEST_BYTES) {
      throw inputError(`${name} is larger than 40 MB, the limit for a request.`, {
        hint: 'Use URLs for pictures instead of data: URIs.',
      });
    }
    read.push(chunk);
  }
  const bytes = Buffer.concat(read, length);
  const decoded = decodeText(bytes);
  if ('text' in decoded) return decoded.text;
  throw inputError(
    `${name}${decoded.line === undefined ? '' : ` (line ${decoded.line})`} ${decoded.problem}.`,
  );
}
