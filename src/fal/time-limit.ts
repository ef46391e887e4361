/**
 * Runs something under a signal of its own, which is aborted by the outer one or when the time is up.
 *
 * Not `AbortSignal.any([signal, AbortSignal.timeout(ms)])`: on Node 20 nothing but the combined signal knows the
 * timeout, and only weakly, so that a garbage collection takes the time limit away and the request hangs.
 *
 * @param run is also told how to start the time anew, where each sign of life is worth another wait
 * @throws what the run throws; after the time limit, mostly a TimeoutError
 */
export async function withTimeLimit<T>(
  ms: number,
  signal: AbortSignal,
  run: (signal: AbortSignal, startAnew: () => void) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const follow = (): void => limit.abort(signal.reason);
  signal.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(
    () => limit.abort(new DOMException(`There was no answer within ${ms / 1000} s`, 'TimeoutError')),
    ms,
  );
  try {
    return await run(limit.signal, () => void timer.refresh());
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', follow);
  }
}
