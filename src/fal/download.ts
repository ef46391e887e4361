import { DownloadError } from '../errors/failures.js';
import type { Context } from '../context.js';
import { codeOf, FalEditError, messageOf } from '../errors/error.js';
import type { FetchResponse } from '../light-fetch.js';
import { readBytes, TooLargeError } from './answer.js';
import { NotSentError } from '../sockets.js';
import { withTimeLimit } from '../deadline.js';
import { backoffMs } from './repeat.js';
import { isTrustedUrl, type FalAccess } from './connection.js';
import { describeTrouble, retryAfterMs } from './trouble.js';

export interface DownloadOptions extends Pick<FalAccess, 'connection' | 'signal'> {
  context: Pick<Context, 'fetch' | 'now' | 'random' | 'sleep'>;
  /** Checks the bytes; if it throws, the attempt has failed. */
  check: (bytes: Uint8Array) => void;
  /** False: give up after a few attempts, whatever the trouble is. */
  patient?: boolean;
}

/** Attempts if the answer is not the picture, or is refused: waiting longer does not help. */
const TRIES = 4;
const MAX_REDIRECTS = 5;
const MAX_BYTES = 100 * 1024 * 1024;
/** Time limit of one attempt. */
const ATTEMPT_MS = 120_000;

/** An error that no further attempt would fix. */
class Refused extends Error {}

/** A server that is in trouble, or asks us to wait. */
class Busy extends Error {
  constructor(
    status: number,
    readonly afterMs: number | undefined,
  ) {
    super(`the server answered ${status}`);
  }
}

/**
 * Downloads a result, complete and checked, from a URL that a server named: https only (see {@link
 * isTrustedUrl}), at most 5 redirects, at most 100 MB, and never with the key.
 *
 * Temporary trouble (resets, DNS, 5xx, 429) is waited out until the signal ends it: the picture is paid for.
 *
 * @throws FalEditError (temporary, charged) if the answer is not the result, or the server does not have it
 */
export async function download(url: string, options: DownloadOptions): Promise<Uint8Array> {
  const { context, signal, check, patient = true } = options;
  for (let attempt = 0, refusals = 0; ; attempt++) {
    try {
      const bytes = await withTimeLimit(ATTEMPT_MS, signal, (limited) => fetchWhole(url, options, limited));
      check(bytes);
      return bytes;
    } catch (error) {
      signal.throwIfAborted();
      if (!patient || !isPassing(error)) refusals++;
      if (error instanceof Refused || error instanceof TooLargeError || refusals >= TRIES)
        throw downloadError(url, error);
      const retryAfterMs = error instanceof Busy ? error.afterMs : undefined;
      await context.sleep(retryAfterMs ?? backoffMs(attempt, context.random), signal);
    }
  }
}

/** Whether the trouble may be temporary: a broken connection, a server in trouble. */
function isPassing(error: unknown): boolean {
  if (error instanceof Busy || error instanceof NotSentError) return true;
  return codeOf(error) !== undefined || (error instanceof Error && error.name === 'TimeoutError');
}

async function fetchWhole(
  start: string,
  { connection, context }: DownloadOptions,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let url = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (!isTrustedUrl(url, connection)) throw new Refused('its address is not https');
    const response = await context.fetch(url, {
      redirect: 'manual',
      signal,
      // The length of compressed bytes could not be compared with the announced one.
      headers: { accept: 'image/*, */*;q=0.5', 'accept-encoding': 'identity' },
    });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.getReader().cancel();
      if (!URL.canParse(location, url)) throw new Refused('it redirects to an invalid address');
      url = new URL(location, url).href;
      continue;
    }
    return readBounded(response, context.now());
  }
  throw new Refused(`it redirects more than ${MAX_REDIRECTS} times`);
}

async function readBounded(response: FetchResponse, now: number): Promise<Uint8Array> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.getReader().cancel();
    const isBusy = response.status >= 500 || response.status === 429 || response.status === 408;
    if (isBusy) throw new Busy(response.status, retryAfterMs(response.headers, now));
    throw new Error(`the server answered ${response.status}`);
  }
  // An answer that was compressed anyway is unpacked by now, and longer than announced.
  const compressed = response.headers.get('content-encoding') !== null;
  const announced = compressed ? NaN : Number(response.headers.get('content-length') ?? NaN);
  if (announced > MAX_BYTES) {
    await response.body.getReader().cancel();
    throw new Refused('it is larger than 100 MB');
  }
  const bytes = await readBytes(response.body, MAX_BYTES);
  if (Number.isFinite(announced) && bytes.byteLength !== announced) {
    throw new Error(`${bytes.byteLength} of ${announced} bytes came`);
  }
  return bytes;
}

function downloadError(url: string, error: unknown): FalEditError {
  const why =
    error instanceof Refused
      ? error.message
      : messageOf(error) === 'fetch failed'
        ? describeTrouble(error)
        : messageOf(error);
  return new DownloadError(`The picture is ready, but could not be downloaded: ${why}.`, url, {
    charged: 'yes',
    hint: 'fal keeps it for a while; its address is below and in the details of --json.',
    origin: error,
  });
}
