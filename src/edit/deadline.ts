/** Why a run was stopped from our side. */
export type StopReason = 'deadline' | 'interrupted';

/** One signal for both ways to stop a run: the time is up, or a person said so. */
export class Deadline {
  private readonly timer: NodeJS.Timeout;
  private readonly timeUp = new AbortController();
  readonly signal: AbortSignal;

  constructor(
    /** Milliseconds. */
    readonly timeoutMs: number,
    private readonly interrupt: AbortSignal,
  ) {
    this.timer = setTimeout(() => this.timeUp.abort(new Error('The deadline has passed.')), timeoutMs);
    this.signal = AbortSignal.any([interrupt, this.timeUp.signal]);
  }

  /** What aborted the signal; a person comes first. */
  get reason(): StopReason {
    return this.interrupt.aborted ? 'interrupted' : 'deadline';
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}
