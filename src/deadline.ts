/** Why we stopped a run. */
export type StopReason = 'deadline' | 'interrupted';

/** A Node timer with a longer delay fires at once; this is 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** One signal for both ways to stop a run: its time is up, or the user interrupts it. */
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

  /** Why the signal was aborted; an interrupt takes precedence. */
  get reason(): StopReason {
    return this.interrupt.aborted ? 'interrupted' : 'deadline';
  }

  /** Ends the run: stops everything still running, such as other uploads after one was refused. */
  close(): void {
    clearTimeout(this.timer);
    this.ending.abort(new Error('The run is over.'));
    this.linked.release();
  }
}

/**
 * Runs something under its own signal, which is aborted by the outer one or when the time is up.
 *
 * Not `AbortSignal.any([signal, AbortSignal.timeout(ms)])`: on Node 20 only the combined signal refers to the timeout,
 * and only weakly, so a garbage collection removes the time limit and the request hangs.
 *
 * @param run also gets a function that restarts the time limit, for work that shows signs of life
 * @throws whatever the run throws; after the time limit, usually a TimeoutError
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
  /** Unlinks it from the others: they no longer abort it or keep it in memory. */
  release: () => void;
}

/**
 * Makes a signal that follows several others, some of which may live much longer.
 *
 * Not `AbortSignal.any`: Node 20 releases a combined signal only after a garbage collection has found it, which comes
 * late in a run of thousands of edits.
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
