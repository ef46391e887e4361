import type { Model } from './model.js';

/**
 * A seed that we choose, in the range that the model takes; undefined if it takes none.
 *
 * @param random a whole number in [0, 2^31)
 */
export function chosenSeed({ fields, seedRange }: Model, random: number): number | undefined {
  if (fields.seed === undefined) return undefined;
  if (seedRange === undefined) return random;
  const { min, max } = seedRange;
  return min + (random % (max - min + 1));
}
