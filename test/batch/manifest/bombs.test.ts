import { describe, expect, it, test } from 'vitest';
import { rowsIn } from './reading.js';

/** Each level repeats the one before it nine times. */
const levels = Array.from(
  { length: 20 },
  (_, level) => `  k${level + 1}: &k${level + 1} [${Array(9).fill(`*k${level}`).join(', ')}]\n`,
);

describe('A small YAML that stands for a lot is told as a problem', () => {
  it('aliases of aliases', async () => {
    const text = `- a: 1\n- k0: &k0 x\n${levels.join('')}- a: 2\n`;
    const problem = 'has more than 10000 values, counting each repeat of an alias.';
    expect(await rowsIn(text, 'yaml')).toEqual([[1, { a: 1 }], `2: k5 ${problem}`, [23, { a: 2 }]]);
  });

  it('a long text repeated', async () => {
    const text = `- {t: &t ${'x'.repeat(100_000)}, l: [${Array(50).fill('*t').join(', ')}]}\n- a: 2\n`;
    expect(await rowsIn(text, 'yaml')).toEqual([
      expect.stringMatching(/^1: l is longer than 4 MB/),
      [2, { a: 2 }],
    ]);
  });

  it('an alias within its own anchor', async () => {
    expect(await rowsIn('- &a {b: *a}\n- a: 2\n', 'yaml')).toEqual([
      '1: b is nested more than 100 levels deep.',
      [2, { a: 2 }],
    ]);
  });

  it('100 levels are read, and 101 are not', async () => {
    const nested = (levels: number) => '['.repeat(levels - 1) + ']'.repeat(levels - 1);
    expect(await rowsIn(`- a: ${nested(100)}\n- a: ${nested(101)}`, 'yaml')).toEqual([
      [1, { a: JSON.parse(nested(100)) }],
      '2: a is nested more than 100 levels deep.',
    ]);
  });

  it.each(['[', '{a: ', '- ', '? ', '[{a: '])('%j without end', async (open) => {
    expect(await rowsIn(open.repeat(100_000), 'yaml')).toEqual([
      expect.stringMatching(/^1: cannot be read as YAML: it is nested too deeply \(line 1, column \d+\)\.$/),
    ]);
  });

  it('a map of very many keys', async () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`);
    expect(await rowsIn(`{${keys.join(', ')}}`, 'yaml')).toEqual([
      expect.stringMatching(/^1: has more than 10000 values/),
    ]);
  });
});

test('JSONL: very many keys, quotes and backslashes are read in one pass', async () => {
  const keys = Object.fromEntries(
    Array.from({ length: 50_000 }, (_, index) => [
      `${'\\"'.repeat(index % 9)}${index}`,
      '\\'.repeat(index % 20),
    ]),
  );
  expect(await rowsIn(JSON.stringify(keys))).toEqual([[1, keys]]);
});
