/** An axis of a sweep with all of its values, each as people see it. */
export interface GridAxis {
  name: string;
  values: readonly string[];
}

/** Largest number of cells of a sweep: nobody looks at more, and a typo must not cost a fortune. */
export const MOST_CELLS = 10_000;

/** Number of cells of some axes, without making them. */
export function countCells(counts: readonly number[]): number {
  return counts.reduce((product, count) => product * count, 1);
}

/** Every combination of the indices of values, the last axis turning fastest. */
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
