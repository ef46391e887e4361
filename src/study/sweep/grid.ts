/** An axis of a sweep with all of its values, as displayed. */
export interface GridAxis {
  name: string;
  values: readonly string[];
}

/** Most cells in a sweep: nobody views more, and a typo must not cost a fortune. */
export const MOST_CELLS = 10_000;

/** Number of cells for the given numbers of values, without generating them. */
export function countCells(counts: readonly number[]): number {
  return counts.reduce((product, count) => product * count, 1);
}

/** Yields every combination of value indices; the last axis changes fastest. */
export function* combinations(counts: readonly number[]): Generator<number[], void, undefined> {
  const [count, ...others] = counts;
  if (count === undefined) {
    yield [];
    return;
  }
  for (let index = 0; index < count; index++) {
    for (const rest of combinations(others)) yield [index, ...rest];
  }
}
