import type { Context } from '../../context.js';

/** So many in so long. */
export interface Rate {
  count: number;
  /** Milliseconds. */
  perMs: number;
}

/** Pauses after trouble that hits every row, such as a network that is gone: from one second to half a minute. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Pauses in a row: two minutes in all. */
const MOST_PAUSES = 8;

/** When the next row may be sent: evenly, at most at a rate, and not while fal cannot be reached. */
export class Pace {
  /** On the monotonic clock. */
  private nextAt = 0;
  private pausedUntil = 0;
  private troubles = 0;

  constructor(
    private readonly rate: Rate | undefined,
    private readonly context: Pick<Context, 'elapsed' | 'sleep' | 'signal'>,
  ) {}

  /** Resolves when it is the caller's turn. @throws the reason of an interruption */
  async turn(): Promise<void> {
    const { elapsed, sleep, signal } = this.context;
    for (let wait = this.pausedUntil - elapsed(); wait > 0; wait = this.pausedUntil - elapsed()) {
      await sleep(wait, signal);
    }
    if (this.rate === undefined) return;
    const now = elapsed();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + this.rate.perMs / this.rate.count;
    if (at > now) await sleep(at - now, signal);
  }

  /**
   * Something could not be sent: everybody waits, the longer the more often that happens in a row.
   *
   * @returns whether it has happened so often that there is no point in going on
   */
  trouble(): boolean {
    const now = this.context.elapsed();
    // Rows that were under way at the same time met the same trouble.
    if (now < this.pausedUntil) return false;
    this.pausedUntil = now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.troubles++);
    return this.troubles > MOST_PAUSES;
  }

  /** Something went through. */
  well(): void {
    this.troubles = 0;
  }
}
