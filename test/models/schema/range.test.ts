import { expect, test } from 'vitest';
import { highEnd, lowEnd, rangeText, type Range } from '../../../src/models/schema/range.js';

test.each<[Range, boolean, string | undefined]>([
  [{}, false, undefined],
  [{ min: 0, max: 20 }, false, '0..20'],
  [{ min: 1 }, true, '1..'],
  [{ max: 5 }, false, '..5'],
  [{ above: 0 }, false, 'above 0'],
  [{ above: 0 }, true, '1..'],
  [{ above: 0, max: 14142 }, true, '1..14142'],
  [{ above: 0, max: 1 }, false, 'above 0, at most 1'],
  [{ min: 0, below: 1 }, false, 'at least 0, below 1'],
  [{ below: 5 }, true, '..4'],
  [{ min: 0.5, max: 2.5 }, true, '1..2'],
  [{ min: 1, above: 1 }, false, 'above 1'],
  [{ min: 2, above: 1 }, false, '2..'],
  [{ min: 64, multipleOf: 32 }, true, '64.., multiples of 32'],
  [{ multipleOf: 1 }, true, undefined],
])('%j, whole: %s', (range, whole, text) => {
  expect(rangeText(range, whole)).toBe(text);
});

test('an end without a bound is infinite and closed', () => {
  expect([lowEnd({}, true), highEnd({}, false)]).toEqual([
    { value: -Infinity, isOpen: false },
    { value: Infinity, isOpen: false },
  ]);
});
