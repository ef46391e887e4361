import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wilson } from '../../src/study/wilson.js';

// By R: prop.test(won, trials, correct = FALSE)$conf.int
test.each([
  [0, 10, 0, 0.2775],
  [1, 10, 0.0179, 0.4042],
  [5, 10, 0.2366, 0.7634],
  [10, 10, 0.7225, 1],
  [15, 20, 0.5313, 0.8881],
  [50, 100, 0.4038, 0.5962],
])('%d of %d: %d to %d', (won, trials, low, high) => {
  const interval = wilson(won, trials);
  expect(interval?.low).toBeCloseTo(low, 3);
  expect(interval?.high).toBeCloseTo(high, 3);
});

test('none of no trials', () => {
  expect(wilson(0, 0)).toBeNull();
});

test('holds the share, lies within 0..1, and is a mirror image of the losses', () => {
  const trials = fc.integer({ min: 1, max: 500 });
  const cases = trials.chain((count) =>
    fc.tuple(
      fc.integer({ min: 0, max: 2 * count }).map((halves) => halves / 2),
      fc.constant(count),
    ),
  );
  fc.assert(
    fc.property(cases, ([won, count]) => {
      const { low, high } = wilson(won, count)!;
      const mirror = wilson(count - won, count)!;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(won / count + 1e-9);
      expect(high).toBeGreaterThanOrEqual(won / count - 1e-9);
      expect(mirror.low).toBeCloseTo(1 - high, 9);
    }),
  );
});
