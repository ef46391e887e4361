import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseRange } from '../../../src/study/sweep/range.js';

const values = (text: string) => parseRange(text, '--vary x')?.values();

test.each<[string, string[]]>([
  ['0.3..0.9:0.1', ['0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9']],
  ['0.9..0.3:0.2', ['0.9', '0.7', '0.5', '0.3']],
  ['0.9..0.3:-0.3', ['0.9', '0.6', '0.3']],
  ['1..4:1', ['1', '2', '3', '4']],
  ['1..4:2', ['1', '3']],
  ['-1..1:0.5', ['-1', '-0.5', '0', '0.5', '1']],
  ['.5..1.50:.25', ['0.5', '0.75', '1', '1.25', '1.5']],
  ['+2..3.:1', ['2', '3']],
  ['10..30:10', ['10', '20', '30']],
  ['0.5..0.5:0.1', ['0.5']],
  ['0..1:0.3', ['0', '0.3', '0.6', '0.9']],
])('%s', (text, expected) => {
  expect(values(text)).toEqual(expected);
});

test.each(['0.3', 'a..b', 'wait..what', '', '..', 'euler', '1.5', '-2'])('%j is no range', (text) => {
  expect(parseRange(text, '--vary x')).toBeUndefined();
});

test.each([
  ['0.3..0.9', /the range 0\.3\.\.0\.9 has no step/],
  ['0.3..0.9:0', /a step of zero/],
  ['0.3..0.9:-0.1', /is empty: its step leads away from 0\.9/],
  ['0.3..0.9:x', /is not a range/],
  ['0.3..', /is not a range/],
  ['0..1:0.0000000000001', /more than \d+ decimals/],
])('%s is refused', (text, message) => {
  expect(() => parseRange(text, '--vary x')).toThrow(message);
});

it('says how a step is written, fitting the numbers', () => {
  const hint = (text: string) => {
    try {
      return parseRange(text, '--vary x');
    } catch (error) {
      return (error as { hint?: string }).hint;
    }
  };
  expect(hint('10..30')).toBe('For example: 10..30:1');
  expect(hint('0.3..0.9')).toBe('For example: 0.3..0.9:0.1');
});

it('is counted without being made', () => {
  const range = parseRange('0..1000000000000:0.000001', '--vary x')!;
  expect(range.count).toBe(1e18 + 1);
  expect(range.first).toBe('0');
});

describe('any range', () => {
  const decimal = (decimals: number, number: number) => (number / 10 ** decimals).toFixed(decimals);
  const ranges = fc.record({
    decimals: fc.integer({ min: 0, max: 6 }),
    from: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    steps: fc.integer({ min: 0, max: 200 }),
    by: fc.integer({ min: 1, max: 5_000 }),
    over: fc.nat({ max: 4_999 }),
    isDown: fc.boolean(),
  });

  it('begins and ends where it says, has as many values as steps fit, in order, without the dust of floats', () => {
    fc.assert(
      fc.property(ranges, ({ decimals, from, steps, by, over, isDown }) => {
        const sign = isDown ? -1 : 1;
        // Less than a step beyond the last value.
        const last = from + sign * (steps * by + (steps === 0 ? 0 : over % by));
        const text = [from, last].map((number) => decimal(decimals, number)).join('..');
        const range = parseRange(`${text}:${decimal(decimals, by)}`, '--vary x')!;
        const made = range.values();
        expect(made).toHaveLength(steps + 1);
        expect([range.count, range.first]).toEqual([made.length, made[0]]);
        expect(new Set(made).size).toBe(made.length);
        const exact = made.map((_, index) => String(Number(decimal(decimals, from + sign * index * by))));
        expect(made.map((value) => String(Number(value)))).toEqual(exact);
        for (const value of made) expect(value).toMatch(new RegExp(`^-?\\d+(\\.\\d{0,${decimals}}[1-9])?$`));
      }),
    );
  });
});
