import { addAbortSignal, type Readable } from 'node:stream';
import type { FalEditError } from '../../errors.js';

/**
 * The bytes of a stream, which is closed at the end and where reading stops before it.
 *
 * @param explain the error for what the stream fails with
 * @throws the signal's reason; what `explain` gives
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

/** The same bytes, not a copy. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
