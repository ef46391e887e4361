import { expect, test } from 'vitest';
import { sideBySideLines } from '../../src/terminal/side-by-side.js';

const ROWS = [
  ['', 'one', 'other'],
  ['steps', '1..50', 'none, regular and high'],
];

test('on a terminal: equal columns, wrapped', () => {
  expect(sideBySideLines(ROWS, { isTTY: true, columns: 29 })).toEqual([
    '       one         other',
    'steps  1..50       none,',
    '                   regular',
    '                   and high',
  ]);
});

test('elsewhere: tabs, nothing wrapped', () => {
  expect(sideBySideLines(ROWS, { columns: 20 })).toEqual([
    '\tone\tother',
    'steps\t1..50\tnone, regular and high',
  ]);
});

test.each([0, 1, 20, undefined])('a terminal of %s columns does not break it', (columns) => {
  const lines = sideBySideLines(ROWS, { isTTY: true, ...(columns === undefined ? {} : { columns }) });
  expect(lines[0]).toMatch(/one +other$/);
});

test('what would move the cursor is gone', () => {
  const [line] = sideBySideLines([['a', 'x\u001b[31m\ty\nz']], { isTTY: false });
  expect(line).toBe('a\tx y z');
});
