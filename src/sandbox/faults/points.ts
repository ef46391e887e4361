/** How many requests each named fault has hit, and the callers that wait for it. */
export class Points {
  readonly #hits = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Starts to count a name, from 0. */
  open(name: string): void {
    this.#hits.set(name, 0);
  }

  hit(name: string): void {
    this.#hits.set(name, this.hits(name) + 1);
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const resume of waiting) resume();
  }

  /** 0 for an unknown name. */
  hits(name: string): number {
    return this.#hits.get(name) ?? 0;
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.#hits);
  }

  /**
   * Resolves once a fault with that name has hit a request, at once if it already has.
   *
   * @throws the signal's reason
   */
  async reached(name: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.hits(name) > 0) return;
    await new Promise<void>((resolve, reject) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting);
      const leave = () => {
        waiting.delete(resume);
        reject(signal?.reason as Error);
      };
      const resume = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(resume);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
