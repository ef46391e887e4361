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
