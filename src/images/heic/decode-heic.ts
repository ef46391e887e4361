import { Worker } from 'node:worker_threads';
import { messageOf } from '../../errors/error.js';
import type { Dimensions } from '../../models/request.js';
import { requireLibheif } from '../../native-parts.js';
import { UnreadablePictureError } from '../picture-errors.js';

/** Pixels of a HEIC picture, in a buffer with room for a header and a trailer around them. */
export interface HeicPixels extends Dimensions {
  /** Red, green, blue and alpha of each pixel, behind the room for the header. */
  file: Uint8Array;
}

const WORKER = new URL('./assets/heic-worker.js', import.meta.url);

/** 12 megapixels take 2 s on a fast machine. */
const TIMEOUT_MS = 120_000;

/**
 * Decodes the primary picture of a HEIC file as its container turns it, without colour management. It runs in a
 * thread of its own, which ends with it.
 *
 * @param room bytes before and after the pixels
 * @throws UnreadablePictureError: libheif cannot decode it, or takes too long
 * @throws FalEditError (input): libheif is not installed
 */
export async function decodeHeic(
  bytes: Uint8Array,
  room: { before: number; after: number },
  signal?: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<HeicPixels> {
  requireLibheif();
  signal?.throwIfAborted();
  // libheif prints to the console; its words must not reach ours. It needs no variables, some of which are secret.
  const quiet = { stdout: true, stderr: true, env: {}, execArgv: [] };
  const worker = new Worker(WORKER, { ...quiet, workerData: { bytes, ...room } });
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    return await new Promise<HeicPixels>((resolve, reject) => {
      const refuse = (reason: string, hint?: string): void => {
        reject(new UnreadablePictureError(`cannot be decoded (${reason})`, hint));
      };
      worker.once('message', resolve);
      worker.once('error', (error) => refuse(messageOf(error)));
      worker.once('exit', (code) => refuse(`the decoder ended with code ${code}`));
      timer = setTimeout(
        () => refuse(`it took more than ${timeoutMs / 1000} seconds`, 'Save it as PNG or JPEG first.'),
        timeoutMs,
      );
      stop = () => reject(signal?.reason as Error);
      signal?.addEventListener('abort', stop);
    });
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
