import type { Context } from '../context.js';

export type Timing = Pick<Context, 'now' | 'random' | 'sleep'>;

const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * How long to wait before try `attempt + 1`: doubling from 0.25 s to 5 s, of which a random half is taken off,
 * so that many clients do not come back at once.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}
