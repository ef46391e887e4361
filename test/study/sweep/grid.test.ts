import { expect, it, test } from 'vitest';
import { byValue } from '../../../src/study/sweep/by-value.js';
import { combinations, countCells } from '../../../src/study/sweep/grid.js';
import { seedGroups } from '../../../src/study/sweep/groups.js';
import { cellId, cellName, namer } from '../../../src/study/sweep/names.js';
import { fieldsAt } from '../../../src/study/sweep/target.js';
import { measuredCell } from './cells.js';

it('has every combination once, the last axis turning fastest', () => {
  expect([...combinations([2, 1, 2])]).toEqual([
    [0, 0, 0],
    [0, 0, 1],
    [1, 0, 0],
    [1, 0, 1],
  ]);
  expect([...combinations([])]).toEqual([[]]);
  expect([...combinations([2, 0])]).toEqual([]);
  expect(countCells([1e6, 1e6])).toBe(1e12);
});

it('puts values into fields, into --set and into the scales of LoRAs', () => {
  const at = [
    { target: { kind: 'field', field: 'strength' } as const, value: '0.5' },
    { target: { kind: 'set', key: 'scheduler' } as const, value: 'euler' },
    { target: { kind: 'scale', index: 1 } as const, value: '0.7' },
  ];
  expect(fieldsAt(at, [{ path: 'a/a', scale: 0.2 }, { path: 'b/b' }, { path: 'c/c' }])).toEqual({
    strength: '0.5',
    'set.scheduler': 'euler',
    lora: [
      { path: 'a/a', scale: 0.2 },
      { path: 'b/b', scale: '0.7' },
      { path: 'c/c', scale: null },
    ],
  });
});

test.each([
  [
    'photo',
    [
      ['strength', '0.3'],
      ['seed', '1'],
    ] as const,
    'photo-strength-0.3-seed-1',
  ],
  ['photo', [['prompt', 'a cat / a {dog}\n']] as const, 'photo-prompt-a_cat___a_dog_'],
  ['../x', [['set.a', '..']] as const, '__x-set.a-..'],
])('the picture of a cell of %s is called by its place', (picture, steps, name) => {
  expect(cellName(picture, steps)).toBe(name);
});

test.each(['x'.repeat(5000), '🐈'.repeat(300), 'é/'.repeat(300)])(
  'a long value is cut in names: %.12s…',
  (value) => {
    const steps = [
      ['prompt', value],
      ['negative_prompt', value],
      ['other', value],
      ['last', value],
    ] as const;
    const name = cellName(value, steps);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(name).toMatch(/^[^/\\{}\p{Cs}]+$/u);
    expect(cellId(steps).length).toBeLessThanOrEqual(160);
  },
);

it('gives equal names a number, also where capitals are not told apart, and to what is taken', () => {
  const unique = namer(['taken']);
  const name = (wanted: string) => unique(wanted, (number) => `${wanted}.${number}`);
  expect(['a', 'A', 'a', 'taken', 'b'].map(name)).toEqual(['a', 'A.2', 'a.3', 'taken.2', 'b']);
});

it('takes medians over the seeds, and over the cells at a value', () => {
  const cells = [
    measuredCell({ strength: '0.3', seed: '1' }, { change: 0.1 }),
    measuredCell({ strength: '0.3', seed: '2' }, { change: 0.2 }),
    measuredCell({ strength: '0.6', seed: '1' }, { change: 0.5 }),
    measuredCell({ strength: '0.6', seed: '2' }, null),
  ];
  expect(seedGroups(cells).map(({ at, figures }) => [at, figures.change])).toEqual([
    [{ strength: '0.3' }, 0.15],
    [{ strength: '0.6' }, 0.5],
  ]);
  const axis = { name: 'strength', values: ['0.3', '0.6', '0.9'] };
  expect(
    byValue(cells, axis).map(({ value, cells: all, done, figures }) => [value, all, done, figures.change]),
  ).toEqual([
    ['0.3', 2, 2, 0.15],
    ['0.6', 2, 1, 0.5],
    ['0.9', 0, 0, null],
  ]);
});
