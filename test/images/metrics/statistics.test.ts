import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { mean, median, quartiles } from '../../../src/images/metrics/statistics.js';

test.each<[values: number[], mean: number, lower: number, median: number, upper: number]>([
  [[7], 7, 7, 7, 7],
  [[1, 2], 1.5, 1.25, 1.5, 1.75],
  [[3, 1, 2], 2, 1.5, 2, 2.5],
  [[4, 1, 3, 2], 2.5, 1.75, 2.5, 3.25],
  [[10, 9, 8, 7, 6], 8, 7, 8, 9],
  [[1, 1, 1, 100], 25.75, 1, 1, 25.75],
])('of %j', (values, average, lower, middle, upper) => {
  expect(mean(values)).toBe(average);
  expect(median(values)).toBe(middle);
  expect(quartiles(values)).toEqual({ lower, median: middle, upper });
});

it('has none of nothing', () => {
  expect([mean([]), median([]), quartiles([])]).toEqual([null, null, null]);
});

const someValues = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 });

it('lies in order between the least and the largest, however the values are ordered', () => {
  fc.assert(
    fc.property(someValues, (values) => {
      const before = [...values];
      const { lower, median: middle, upper } = quartiles(values)!;
      const inOrder = [Math.min(...values), lower, middle, upper, Math.max(...values)];
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
      expect(quartiles(values.toReversed())).toEqual({ lower, median: middle, upper });
      expect(values).toEqual(before);
    }),
  );
});
