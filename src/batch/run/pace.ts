import type { Context } from '../../context.js';

/** A rate: `count` per `perMs`. */
export interface Rate {
  count: number;
  /** Milliseconds. */
  perMs: number;
}

/** Pauses after errors that affect every row, such as a lost network: from one second to half a minute, doubling. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Most consecutive pauses: two minutes in total. */
const MOST_PAUSES = 8;

/** Decides when the next row may be sent: evenly spaced up to a rate, and not while fal is unreachable. */
export class Pace {
  /** On the monotonic clock. */
  private nextAt = 0;
  private pausedUntil = 0;
  private troubles = 0;

  constructor(
    private readonly rate: Rate | undefined,
    private readonly context: Pick<Context, 'elapsed' | 'sleep' | 'signal'>,
  ) {}

  /** Resolves when the caller may send. @throws the reason of an interruption */
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
   * Pauses all rows after a failure to send, longer after each consecutive failure.
   *
   * @returns whether there were too many consecutive failures to continue
   */
  trouble(): boolean {
    const now = this.context.elapsed();
    // Rows sent at the same time fail together: that counts once.
    if (now < this.pausedUntil) return false;
    this.pausedUntil = now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.troubles++);
    return this.troubles > MOST_PAUSES;
  }

  /** Call after a success. */
  well(): void {
    this.troubles = 0;
  }
}
