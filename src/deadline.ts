/** Why a run was stopped from our side. */
export type StopReason = 'deadline' | 'interrupted';

/** More than a timer of Node can wait makes it fire at once; this is 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** One signal for both ways to stop a run: the time is up, or a person said so. */
export class Deadline {
  private readonly timer: NodeJS.Timeout;
  private readonly ending = new AbortController();
  private readonly linked: LinkedSignal;

  constructor(
    /** Milliseconds. */
    readonly timeoutMs: number,
    private readonly interrupt: AbortSignal,
  ) {
    this.timer = setTimeout(
      () => this.ending.abort(new Error('The deadline has passed.')),
      Math.min(timeoutMs, LONGEST_MS),
    );
    this.linked = linkSignals(interrupt, this.ending.signal);
  }

  get signal(): AbortSignal {
    return this.linked.signal;
  }

  /** Why the signal was aborted; a person comes first. */
  get reason(): StopReason {
    return this.interrupt.aborted ? 'interrupted' : 'deadline';
  }

  /** Ends the run: stops everything still under way, such as the other uploads when one was refused. */
  close(): void {
    clearTimeout(this.timer);
    this.ending.abort(new Error('The run is over.'));
    this.linked.release();
  }
}

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

/** A signal that is aborted with the first of several others. */
export interface LinkedSignal {
  signal: AbortSignal;
  /** Lets go of the others: from here on they do not reach it, and do not keep it. */
  release: () => void;
}

/**
 * Joins signals, some of which may live much longer than what is done under the joint one.
 *
 * Not `AbortSignal.any`: Node 20 lets go of a joint signal only when a garbage collection has found it and had time to
 * say so, which in a run of thousands of edits comes late.
 */
export function linkSignals(...sources: readonly AbortSignal[]): LinkedSignal {
  const joint = new AbortController();
  const follow = (event: Event): void => joint.abort((event.target as AbortSignal).reason);
  const release = (): void => {
    for (const source of sources) source.removeEventListener('abort', follow);
  };
  const aborted = sources.find((source) => source.aborted);
  if (aborted !== undefined) joint.abort(aborted.reason);
  else for (const source of sources) source.addEventListener('abort', follow, { once: true });
  return { signal: joint.signal, release };
}
