import { expect, it, test } from 'vitest';
import stringWidth from 'string-width';
import { tableLines } from '../../src/terminal/table.js';
import { ageText } from '../../src/units.js';

const COLUMNS = [{ title: 'ID' }, { title: 'COST', right: true }, { title: 'WHAT' }];
const ROWS = [
  ['a1', '$0.075', 'a cat'],
  ['b22', '$12.00', 'a very long prompt that goes on and on'],
];

it('puts figures to the right, and cuts the last column to the width of the terminal', async () => {
  expect(await tableLines(COLUMNS, ROWS, { isTTY: true, columns: 30 })).toEqual([
    'ID     COST  WHAT',
    'a1   $0.075  a cat',
    'b22  $12.00  a very long prom…',
  ]);
});

it('has titles and tabs for a script, and cuts nothing', async () => {
  expect(await tableLines(COLUMNS, ROWS, {})).toEqual([
    'ID\tCOST\tWHAT',
    ...ROWS.map((row) => row.join('\t')),
  ]);
});

it('keeps what makes lines and columns out of the cells', async () => {
  const rows = [['a', 'b\tc\nd', '\u001b[2Je\u009b31mf']];
  expect(await tableLines(COLUMNS, rows, {})).toEqual(['ID\tCOST\tWHAT', 'a\tb c d\tef']);
});

test.each(['日本語', '👩‍👩‍👧‍👦', 'e\u0301'])('measures as a terminal does: %s', async (text) => {
  const lines = await tableLines(COLUMNS, [['a1', '1', text.repeat(40)]], { isTTY: true, columns: 24 });
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(24);
  expect(lines[1]).toMatch(/…$/);
});

it('has only titles where there is nothing', async () => {
  expect(await tableLines(COLUMNS, [], { isTTY: true, columns: 80 })).toEqual(['ID  COST  WHAT']);
  expect(await tableLines(COLUMNS, [], {})).toEqual(['ID\tCOST\tWHAT']);
});

it('cuts no path', async () => {
  const columns = [{ title: 'STATE' }, { title: 'FILE', whole: true }];
  const file = `/${'folder/'.repeat(20)}.env`;
  expect(await tableLines(columns, [['trusted', file]], { isTTY: true, columns: 40 })).toEqual([
    'STATE    FILE',
    `trusted  ${file}`,
  ]);
});

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 m'],
  [3_599_999, '59 m'],
  [3_600_000, '1 h'],
  [47 * 3_600_000, '47 h'],
  [48 * 3_600_000, '2 d'],
  [400 * 86_400_000, '400 d'],
])('an age of %d ms is %s', (ms, text) => expect(ageText(ms)).toBe(text));
