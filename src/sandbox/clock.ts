/** Time as the sandbox sees it; tests move `now` by hand to see results and upload URLs expire. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds from an arbitrary point, monotonic: for durations. */
  elapsed: () => number;
}

/** The machine's clock, with the wall clock replaced if a test provides its own. */
export function sandboxClock(now: () => number = () => Date.now()): Clock {
  return { now, elapsed: () => performance.now() };
}
