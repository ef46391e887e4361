import { describe, expect, it, test } from 'vitest';
import { putMeasured, rowChanges, scaleRowPrices } from '../../../src/ledger/batch/rows.js';
import { findRow, rowsInOrder } from '../../../src/ledger/batch/states.js';
import { openBatch, readManifest, type Written } from './rows.js';

const keys = (rows: Iterable<{ key: string }>): string[] => [...rows].map(({ key }) => key);
const named = (key: string, id: string): Written => ({ key, id });

const NONE = { edited: 0, added: 0, removed: 0, reordered: false };

interface Case {
  what: string;
  before: Written[];
  after: Written[];
  changes: Partial<typeof NONE>;
}

const CASES: Case[] = [
  { what: 'nothing', before: ['a', 'b', 'c'], after: ['a', 'b', 'c'], changes: {} },
  { what: 'a row at the end', before: ['a', 'b'], after: ['a', 'b', 'c'], changes: { added: 1 } },
  { what: 'rows at the top', before: ['a', 'b'], after: ['x', 'y', 'a', 'b'], changes: { added: 2 } },
  { what: 'a row between others', before: ['a', 'b'], after: ['a', 'x', 'b'], changes: { added: 1 } },
  { what: 'a row less at the end', before: ['a', 'b', 'c'], after: ['a', 'b'], changes: { removed: 1 } },
  { what: 'a row less at the top', before: ['a', 'b', 'c'], after: ['b', 'c'], changes: { removed: 1 } },
  { what: 'all rows less', before: ['a', 'b'], after: [], changes: { removed: 2 } },
  {
    what: 'another prompt in its place',
    before: ['a', 'b', 'c'],
    after: ['a', 'x', 'c'],
    changes: { edited: 1 },
  },
  { what: 'other prompts everywhere', before: ['a', 'b'], after: ['x', 'y'], changes: { edited: 2 } },
  {
    what: 'two rows that changed places',
    before: ['a', 'b', 'c'],
    after: ['b', 'a', 'c'],
    changes: { reordered: true },
  },
  {
    what: 'the last one at the top',
    before: ['a', 'b', 'c'],
    after: ['c', 'a', 'b'],
    changes: { reordered: true },
  },
  {
    what: 'the other way round',
    before: ['a', 'b', 'c'],
    after: ['c', 'b', 'a'],
    changes: { reordered: true },
  },
  {
    what: 'one less, one more elsewhere, the rest as it was',
    before: ['a', 'b', 'c', 'd'],
    after: ['b', 'c', 'd', 'x', 'y'],
    changes: { added: 2, removed: 1 },
  },
  {
    what: 'a row of the same name that asks for something else, at another place',
    before: [named('a', 'cat'), named('b', 'dog')],
    after: [named('b', 'dog'), named('x', 'cat')],
    changes: { edited: 1 },
  },
  {
    what: 'a row of another name in the place of one',
    before: [named('a', 'cat')],
    after: [named('x', 'dog')],
    changes: { added: 1, removed: 1 },
  },
  {
    what: 'a name for a row that had none, and asks for something else',
    before: ['a'],
    after: [named('x', 'cat')],
    changes: { added: 1, removed: 1 },
  },
  { what: 'a name for a row that had none', before: ['a'], after: [named('a', 'cat')], changes: {} },
  {
    what: 'names that were swapped',
    before: [named('a', '1'), named('b', '2')],
    after: [named('a', '2'), named('b', '1')],
    changes: {},
  },
  {
    what: 'everything at once',
    before: [named('a', 'cat'), 'b', 'c', 'd'],
    after: ['d', 'x', 'c', named('y', 'cat'), 'z'],
    changes: { edited: 2, added: 1, reordered: true },
  },
];

describe('What has changed in a manifest', () => {
  test.each(CASES)('$what', async ({ before, after, changes }) => {
    const ledger = await openBatch();
    readManifest(ledger, before);
    expect(readManifest(ledger, after)).toEqual({ before: before.length, ...NONE, ...changes });
    expect(keys(rowsInOrder(ledger))).toEqual(after.map((row) => (typeof row === 'string' ? row : row.key)));
  });

  it('is nothing but additions on the first run', async () => {
    const ledger = await openBatch();
    expect(readManifest(ledger, ['a', 'b'])).toEqual({ before: 0, ...NONE, added: 2 });
  });

  it('is told against the last reading, not the one before', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b', 'c']);
    readManifest(ledger, ['a']);
    expect(readManifest(ledger, ['a'])).toEqual({ before: 1, ...NONE });
    expect(readManifest(ledger, ['a', 'b', 'c'])).toEqual({ before: 1, ...NONE, added: 2 });
  });

  it('is told of a manifest in which every one of many rows was edited', async () => {
    const ledger = await openBatch();
    const rows = (letter: string): string[] =>
      Array.from({ length: 20_000 }, (_, index) => `${letter}${index}`);
    readManifest(ledger, rows('a'));
    expect(readManifest(ledger, rows('b'))).toEqual({ before: 20_000, ...NONE, edited: 20_000 });
  });

  it('is told of a manifest in which every one of many named rows was edited', async () => {
    const ledger = await openBatch();
    const rows = (letter: string): Written[] =>
      Array.from({ length: 20_000 }, (_, index) => named(`${letter}${index}`, `row ${index}`));
    readManifest(ledger, rows('a'));
    expect(readManifest(ledger, rows('b').reverse())).toEqual({ before: 20_000, ...NONE, edited: 20_000 });
  });
});

describe('A row that is read again', () => {
  it('is where and what the manifest says now, whatever it was', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a']);
    readManifest(ledger, ['b', named('a', 'cat')], { file: 'other.csv', usd: 0.3, plan: { prompt: 'new' } });
    expect(findRow(ledger, 'a')).toMatchObject({
      ...{ position: 1, id: 'cat', file: 'other.csv', line: 2, usd: 0.3, plan: { prompt: 'new' } },
      ...{ state: 'pending', attempts: 0, job: undefined, expected: undefined, measured: undefined },
    });
  });

  it('loses its name where it has none any more', async () => {
    const ledger = await openBatch();
    readManifest(ledger, [named('a', 'cat')]);
    readManifest(ledger, ['a'], { line: undefined });
    expect(findRow(ledger, 'a')).toMatchObject({ id: undefined, line: undefined });
  });

  it('keeps what was measured, unless something else is expected', async () => {
    const ledger = await openBatch();
    const expected = { min_width: 9, format: 'png' };
    readManifest(ledger, ['a'], { expected });
    putMeasured(ledger.db, 'a', [{ met: false }], true);
    readManifest(ledger, ['a'], { expected });
    expect(findRow(ledger, 'a')).toMatchObject({ expected, measured: [{ met: false }] });
    readManifest(ledger, ['a'], { expected: { min_width: 8 } });
    expect(findRow(ledger, 'a')).toMatchObject({ expected: { min_width: 8 }, measured: undefined });
    putMeasured(ledger.db, 'a', [{ met: true }], false);
    readManifest(ledger, ['a']);
    expect(findRow(ledger, 'a')).toMatchObject({ expected: undefined, measured: undefined });
  });

  it('is still there, without a place, when it was left out', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['a', 'b']);
    readManifest(ledger, ['b']);
    expect(findRow(ledger, 'a')).toMatchObject({ key: 'a', position: null });
    expect(keys(rowsInOrder(ledger))).toEqual(['b']);
    expect(rowChanges(ledger.db).removed).toBe(1);
  });
});

test('prices change for the rows of their endpoint alone', async () => {
  const ledger = await openBatch();
  readManifest(ledger, ['a', 'b']);
  readManifest(ledger, ['a', 'b', 'c'], { endpoint: 'other/endpoint' });
  readManifest(ledger, ['a']);
  scaleRowPrices(ledger.db, 'other/endpoint', 3);
  expect(findRow(ledger, 'c')?.usd).toBeCloseTo(0.3, 9);
  expect(findRow(ledger, 'a')?.usd).toBeCloseTo(0.1, 9);
});
