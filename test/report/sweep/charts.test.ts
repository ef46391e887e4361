import { expect, it, test } from 'vitest';
import { sweepCharts } from '../../../src/report/sweep/charts.js';
import { sharedText } from '../../../src/report/sweep/shared.js';
import { numberText, shareText, sweepTables } from '../../../src/report/sweep/tables.js';
import { measuredCell } from '../../study/sweep/cells.js';

const axis = (name: string, ...values: string[]) => ({ name, values });
const STRENGTH = axis('strength', '0.3', '0.6');

const CELLS = [
  measuredCell({ strength: '0.3', model: 'one', seed: '1' }, { change: 0.1, sharpness: 3 }),
  measuredCell({ strength: '0.3', model: 'one', seed: '2' }, { change: 0.3, sharpness: 5 }),
  measuredCell({ strength: '0.6', model: 'one', seed: '1' }, { change: 0.5, sharpness: 2 }),
  measuredCell({ strength: '0.3', model: 'other', seed: '1' }, { change: 0.2, sharpness: 4 }),
  measuredCell({ strength: '0.6', model: 'other', seed: '1' }, null),
];

it('has a line of medians for each model, with a gap where nothing is known', () => {
  const axes = [STRENGTH, axis('model', 'one', 'other'), axis('seed', '1', '2')];
  expect(sweepCharts(CELLS, axes)).toEqual([
    {
      title: 'Change by strength',
      x: { label: 'strength', values: [0.3, 0.6] },
      series: [
        { name: 'one', values: [0.2, 0.5] },
        { name: 'other', values: [0.2, null] },
      ],
    },
    {
      title: 'Sharpness by strength',
      x: { label: 'strength', values: [0.3, 0.6] },
      series: [
        { name: 'one', values: [4, 2] },
        // Nothing was measured where there is no picture.
        { name: 'other', values: [4, null] },
      ],
    },
  ]);
});

it('has one line where there are no such axes, or too many lines to be told apart', () => {
  const names = (axes: Parameters<typeof sweepCharts>[1], cells = CELLS) =>
    sweepCharts(cells, axes).map(({ series }) => series.map(({ name }) => name));
  expect(names([STRENGTH])).toEqual([['median'], ['median']]);
  const pictures = Array.from({ length: 7 }, (_, index) => `${index}.png`);
  const cells = pictures.map((picture) => measuredCell({ strength: '0.3', picture }, { change: 0.1 }));
  expect(names([STRENGTH, axis('picture', ...pictures)], cells)).toEqual([['median'], ['median']]);
});

test.each([
  ['words', axis('scheduler', 'euler', 'dpmpp_2m')],
  ['seeds', axis('seed', '1', '2')],
  ['one value', axis('strength', '0.3')],
])('has none over %s', (_, only) => {
  expect(sweepCharts(CELLS, [only])).toEqual([]);
});

it('has none where nothing was compared', () => {
  const cells = ['0.3', '0.6'].map((strength) => measuredCell({ strength }, { change: null }));
  expect(sweepCharts(cells, [STRENGTH]).map(({ title }) => title)).toEqual(['Sharpness by strength']);
});

it('has a table for each axis that has several values', () => {
  const tables = sweepTables(CELLS, [STRENGTH, axis('model', 'one'), axis('seed', '1', '2')], false);
  expect(tables.map(({ title }) => title)).toEqual(['Medians by strength']);
  expect(tables[0]?.rows).toEqual([
    ['0.3', '3', '20.0%', '4.0', '2.0', '4.00', '1.0 s', '$0.075'],
    ['0.6', '1', '50.0%', '4.0', '2.0', '2.00', '1.0 s', '$0.075'],
  ]);
  expect(tables[0]?.columns.at(-1)).toBe('cost');
  expect(sweepTables(CELLS, [STRENGTH], true)[0]?.columns.at(-1)).toBe('would cost');
});

test.each([
  [shareText(0.38249), '38.2%'],
  [shareText(null), '–'],
  [numberText(2, 2), '2.00'],
  [numberText(null, 1), '–'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});

it('says what all cells have in common', () => {
  expect(sharedText(CELLS)).toBe('a snowy evening · flux-general');
  const [first, second] = CELLS;
  const other = { ...second!, result: { ...second!.result, prompt: 'rain' } };
  expect(sharedText([first!, other])).toBe('flux-general');
});
