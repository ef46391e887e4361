import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesText, secondsText, usdText } from '../../../src/units.js';
import type { ReportItem } from '../../../src/report/page/data.js';
import { ROW_STATES } from '../../../src/batch/rows/result-row.js';
import { item, picture } from './sample.js';

interface View {
  scale: number;
  x: number;
  y: number;
}
interface Size {
  width: number;
  height: number;
}

/** One of the scripts of the page, which TypeScript does not know here. */
async function script<T>(name: string): Promise<T> {
  return (await import(new URL(`../../../src/report/page/assets/${name}.js`, import.meta.url).href)) as T;
}

const { valueText, STATE_WORDS, visibleText } = await script<{
  valueText: (value: number, unit: string) => string;
  STATE_WORDS: Record<string, string>;
  visibleText: (text: string) => string;
}>('page-text');
const { ticks, positions, stretches } = await script<{
  ticks: (low: number, high: number, wanted: number) => number[];
  positions: (values: (number | string)[]) => number[];
  stretches: (values: (number | null)[]) => { index: number; value: number }[][];
}>('page-scale');
const { boxOf, fitted, pushed, zoomed, within, WHOLE } = await script<{
  boxOf: (view: View, fit: Size, room: Size) => Size & { left: number; top: number };
  fitted: (picture: Size, room: Size) => Size;
  pushed: (view: View, by: { x: number; y: number }, fit: Size, room: Size) => View;
  zoomed: (view: View, factor: number, fit: Size, room: Size, from?: { x: number; y: number }) => View;
  within: (box: Size & { left: number; top: number }, room: Size) => Size & { left: number; top: number };
  WHOLE: View;
}>('page-zoom');
const { shapeOf } = await script<{ shapeOf: (items: ReportItem[]) => number }>('page-shape');

describe('words', () => {
  test.each([0, 0.0004, 0.075, 0.1, 1.2, 12.4, 1234.5])('$%d as everywhere else', (usd) => {
    expect(valueText(usd, 'usd')).toBe(usdText(usd));
  });

  test.each([0, 12.4, 850, 12_345, 59_940, 65_000, 600_000])('%d ms as in the terminal', (ms) => {
    expect(valueText(ms, 'ms')).toBe(secondsText(ms));
  });

  test.each([0, 999, 1000, 92_500, 123_456, 1_234_567, 5e9])('%d bytes as in the terminal', (bytes) => {
    expect(valueText(bytes, 'bytes')).toBe(bytesText(bytes));
  });

  test.each([
    [0.1 + 0.2, 'ratio', '30%'],
    [0.0123, 'ratio', '1.23%'],
    [1024, 'px', '1024 px'],
    [0.93127, '', '0.931'],
    [-12, '', '-12'],
  ])('%d as %j', (value, unit, text) => {
    expect(valueText(value, unit)).toBe(text);
  });

  test('each state has some', () => {
    expect(Object.keys(STATE_WORDS).sort()).toEqual([...ROW_STATES].sort());
  });

  test('what turns the reading direction is seen', () => {
    expect(visibleText('a\u202eb\u2066c\u061cשd')).toBe('a\\u202eb\\u2066c\\u061cשd');
  });
});

describe('scales', () => {
  test.each([
    [0, 1, [0, 0.25, 0.5, 0.75, 1]],
    [0, 0.37, [0, 0.1, 0.2, 0.3, 0.4]],
    [-0.2, 0.6, [-0.2, 0, 0.2, 0.4, 0.6]],
    [0, 0, [0, 0.25, 0.5, 0.75, 1]],
    [3000, 3000, [3000, 4000, 5000, 6000]],
  ])('from %d to %d', (low, high, steps) => {
    expect(ticks(low, high, 4)).toEqual(steps);
  });

  test('steps are few and hold the range', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const steps = ticks(low, high, 4);
        expect(steps[0]! - low).toBeLessThan(1e-3);
        expect(high - steps.at(-1)!).toBeLessThan(1e-3);
        expect(steps.length).toBeGreaterThan(1);
        expect(steps.length).toBeLessThan(9);
      }),
    );
  });

  test.each([
    [
      [0.2, 0.5, 0.8],
      [0, 0.5, 1],
    ],
    [
      ['1', '2', '5'],
      [0, 0.25, 1],
    ],
    [
      ['low', 'high', 'higher'],
      [0, 0.5, 1],
    ],
    [
      ['', '1', '2'],
      [0, 0.5, 1],
    ],
    [[7], [0.5]],
    [
      [7, 7],
      [0, 1],
    ],
    [[], []],
  ])('%j stand at %j', (values, places) => {
    const found = positions(values);
    expect(found.map((one) => Math.round(one * 1000) / 1000)).toEqual(places);
  });

  test('a null breaks a line', () => {
    const found = stretches([1, 2, null, null, 3]);
    expect(found.map((line) => line.map(({ value }) => value))).toEqual([[1, 2], [3]]);
  });
});

describe('zoom', () => {
  const room = { width: 800, height: 600 };
  const fit = fitted({ width: 1600, height: 800 }, room);

  test('a picture fits, in the middle', () => {
    expect(boxOf(WHOLE, fit, room)).toEqual({ left: 0, top: 100, width: 800, height: 400 });
  });

  test('the point under the pointer stays where it is', () => {
    const from = { x: 200, y: 60 };
    const view = zoomed(WHOLE, 4, fit, room, from);
    const pointIn = (one: View) => {
      const box = boxOf(one, fit, room);
      return [(400 + from.x - box.left) / box.width, (300 + from.y - box.top) / box.height];
    };
    expect(view.scale).toBe(4);
    expect(pointIn(view)[0]).toBeCloseTo(pointIn(WHOLE)[0]!);
    expect(pointIn(view)[1]).toBeCloseTo(pointIn(WHOLE)[1]!);
  });

  test('whatever is done, the picture stays in its room, and out again is the whole', () => {
    const step = fc.record({
      factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
      x: fc.integer(),
      y: fc.integer(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        let view = WHOLE;
        for (const { factor, x, y } of steps) {
          view = pushed(zoomed(view, factor, fit, room), { x: x % 2000, y: y % 2000 }, fit, room);
          const part = within(boxOf(view, fit, room), room);
          expect(part.width).toBeCloseTo(room.width);
          expect(part.height).toBeGreaterThanOrEqual(fit.height - 0.001);
        }
        expect(zoomed(view, 1e-9, fit, room)).toEqual(WHOLE);
      }),
    );
  });
});

test.each([
  ['most of them fill it', [1.5, 1.5, 0.7], 1.5],
  ['nothing too tall', [0.3], 0.8],
  ['nothing too wide', [4], 1.6],
  ['something where nothing is known', [], 1.5],
])('the shape of the cards: %s', (_, shapes, shape) => {
  const items = shapes.map((one) => item('a', { after: [picture('a', { width: one * 100, height: 100 })] }));
  expect(shapeOf(items)).toBeCloseTo(shape);
});
