/** An interval of proportions, each 0..1. */
export interface Interval {
  low: number;
  high: number;
}

/** 97.5 % quantile of the normal distribution, for a central 95 % interval. */
const Z = 1.959964;

/**
 * Wilson's 95 % interval of a proportion, valid for few trials and for proportions of 0 and 1. Null without trials.
 *
 * @param won 0..trials; a tie counts half
 */
export function wilson(won: number, trials: number): Interval | null {
  if (trials === 0) return null;
  const share = won / trials;
  const weight = 1 + Z ** 2 / trials;
  const middle = (share + Z ** 2 / (2 * trials)) / weight;
  const half = (Z / weight) * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
