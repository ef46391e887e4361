import { describe, expect, it, test } from 'vitest';
import { chooseBest, parseBound } from '../../../src/study/sweep/best.js';
import { seedGroups } from '../../../src/study/sweep/groups.js';
import { measuredCell } from './cells.js';

const CELLS = [
  measuredCell({ strength: '0.3' }, { change: 0.1, sharpness: 3 }),
  measuredCell({ strength: '0.5' }, { change: 0.35, sharpness: 2 }),
  measuredCell({ strength: '0.6' }, { change: 0.35, sharpness: 1.5 }),
  measuredCell({ strength: '0.8' }, { change: 0.6, sharpness: 1 }),
  measuredCell({ strength: '0.9' }, null),
];

const best = (cells: typeof CELLS, ...bounds: string[]) =>
  chooseBest(
    seedGroups(cells),
    bounds.map((bound) => parseBound(bound, '--best')),
  );

test.each<[string[], string, boolean]>([
  [['max-change=0.4'], '0.5', true],
  [['max-change=0.35'], '0.5', true],
  [['min-change=0.4'], '0.8', true],
  [['min-change=0.2'], '0.5', true],
  [['max-change=1'], '0.8', true],
  [['min-sharpness=1.2', 'max-change=0.9'], '0.5', true],
  [['max-change=0.9', 'min-sharpness=1.2'], '0.6', true],
  [['max-change=0.05'], '0.3', false],
  [['min-change=0.9'], '0.8', false],
  [['max-change=0.2', 'min-change=0.3'], '0.3', false],
  [['max-change=0.2', 'min-change=3'], '0.5', false],
])('%j: strength %s', (bounds, strength, isWithin) => {
  const found = best(CELLS, ...bounds);
  expect([found?.group.at, found?.isMet]).toEqual([{ strength }, isWithin]);
});

it('judges a setting by its median, and stands by the seed that is nearest to it', () => {
  const seeds = [0.1, 0.9, 0.3].map((change, index) =>
    measuredCell({ strength: '0.5', seed: String(index + 1) }, { change }),
  );
  const found = best(seeds, 'max-change=0.4');
  expect([found?.isMet, found?.group.figures.change, found?.cell.cell.at['seed']]).toEqual([true, 0.3, '3']);
});

it('is nothing where nothing is measured, or nothing is asked', () => {
  expect(best([measuredCell({ strength: '0.5' }, null)], 'max-change=0.4')).toBeUndefined();
  expect(best(CELLS)).toBeUndefined();
});

describe('a bound', () => {
  test.each([
    ['max-change=0.4', { side: 'max', figure: 'change', value: 0.4 }],
    [' MIN-Sharpness = 2 ', { side: 'min', figure: 'sharpness', value: 2 }],
    ['max_colour_shift=3', { side: 'max', figure: 'colour_shift', value: 3 }],
    ['max-color-shift=.5', { side: 'max', figure: 'colour_shift', value: 0.5 }],
    ['max-hash-distance=8', { side: 'max', figure: 'hash_distance', value: 8 }],
    ['max-cost=$0.05', { side: 'max', figure: 'cost_usd', value: 0.05 }],
  ])('%s', (written, expected) => {
    expect(parseBound(written, '--best')).toMatchObject(expected);
  });

  test.each([
    '',
    'change=0.4',
    'max-change',
    'max-change=',
    'max-change=a',
    'max-toString=1',
    'max-constructor=1',
  ])('%j is refused', (written) => {
    expect(() => parseBound(written, '--best')).toThrow(/Figures: change, /);
  });
});
