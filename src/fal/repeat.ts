import type { Context } from '../context.js';
import { type Answer, readAnswer } from './answer.js';
import { isLasting, retryAfterMs } from './trouble.js';
import { withTimeLimit } from '../deadline.js';
import type { FetchResponse } from '../light-fetch.js';

export interface RepeatOptions {
  timing: Timing;
  /** Ends all attempts; its reason is thrown. */
  signal: AbortSignal;
  /** Number of attempts; if absent, until the signal. */
  tries?: number;
  /** Time limit of one attempt, in milliseconds. */
  attemptMs?: number;
  /** Whether to ask again after this answer. */
  isTrouble: (answer: Answer) => boolean | Promise<boolean>;
  /** Called with each failed attempt: an {@link Answer} or an error. */
  onTrouble?: (trouble: unknown) => void;
}

/** Time limit of one attempt for a free request. */
const ATTEMPT_MS = 30_000;

/**
 * Repeats a free request until an answer is no trouble. That answer may still be an error from fal. After the last
 * attempt, the last answer is returned or the last failure thrown.
 *
 * Never for a submit, which belongs to {@link ./submit-once.ts}.
 */
export async function repeat(
  send: (signal: AbortSignal) => Promise<FetchResponse>,
  options: RepeatOptions,
): Promise<Answer> {
  const { timing, signal, tries = Infinity, isTrouble, onTrouble } = options;
  for (let attempt = 0; ; attempt++) {
    const last = attempt + 1 >= tries;
    let wait = backoffMs(attempt, timing.random);
    try {
      const answer = await withTimeLimit(options.attemptMs ?? ATTEMPT_MS, signal, async (limited) =>
        readAnswer(await send(limited)),
      );
      if (!(await isTrouble(answer))) return answer;
      onTrouble?.(answer);
      if (last) return answer;
      wait = retryAfterMs(answer.headers, timing.now()) ?? wait;
    } catch (error) {
      signal.throwIfAborted();
      onTrouble?.(error);
      // Without a limit it is worth waiting: the edit is paid for, and the network may change soon.
      if (last || (tries !== Infinity && isLasting(error))) throw error;
    }
    await timing.sleep(wait, signal);
  }
}

/** Gateway trouble on a route that answers in JSON: too many requests, or a 5xx or success that is not JSON. */
export function isGatewayTrouble(answer: Answer): boolean {
  if (answer.status === 429 || answer.status === 408) return true;
  return answer.json === undefined && (answer.status >= 500 || answer.status < 300);
}

export type Timing = Pick<Context, 'now' | 'random' | 'sleep'>;

const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * How long to wait before attempt `attempt + 1`, in milliseconds: doubles from 0.25 s to 5 s, minus up to half of it at
 * random, so that many clients do not return at once.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}
