import { expect, test } from 'vitest';
import { signTest } from '../../src/study/sign-test.js';

// By R: binom.test(first, first + second)$p.value
test.each([
  [0, 0, 1],
  [1, 0, 1],
  [0, 5, 0.0625],
  [6, 0, 0.03125],
  [8, 1, 0.0390625],
  [7, 2, 0.1796875],
  [5, 5, 1],
  [60, 40, 0.05688793],
])('%d against %d: p = %d', (first, second, p) => {
  expect(signTest(first, second)).toBeCloseTo(p, 7);
  expect(signTest(second, first)).toBe(signTest(first, second));
});
