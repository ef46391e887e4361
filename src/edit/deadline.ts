import { FalEditError } from '../errors.js';
import type { FalAccess } from '../fal/connection.js';
import { linkSignals, type LinkedSignal } from '../linked-signal.js';
import { durationText } from './duration.js';
import { accessOf, type EditEnv } from './env.js';

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

  /** What aborted the signal; a person comes first. */
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
 * Runs requests that cost nothing under the user's deadline.
 *
 * @param timeoutMs milliseconds
 * @throws FalEditError (temporary, interrupted), and whatever the requests throw
 */
export async function withTimeout<T>(
  timeoutMs: number,
  env: Omit<EditEnv, 'ledger'>,
  ask: (access: FalAccess) => Promise<T>,
): Promise<T> {
  const { signal } = env.context;
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return await ask(accessOf(env, deadline.signal));
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    signal.throwIfAborted();
    throw new FalEditError('temporary', `fal did not answer within ${durationText(timeoutMs)}.`, {
      charged: 'maybe',
      hint: 'Try again, or allow more time with --timeout.',
      origin: error,
    });
  } finally {
    deadline.close();
  }
}
