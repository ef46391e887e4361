import { expect, test } from 'vitest';
import { ALL_FLAGS } from '../../../src/commands/flags/all.js';
import { COMPARE_FLAGS, PICK_FLAGS } from '../../../src/commands/flags/compare.js';
import { COMPARE_HELP, PICK_HELP } from '../../../src/commands/help/compare.js';
import { helpText } from '../../../src/terminal/help.js';

test.each([
  ['compare', COMPARE_HELP],
  ['pick', PICK_HELP],
])('%s fits 80 columns', (_, page) => {
  const wide = helpText(page)
    .split('\n')
    .filter((line) => line.length > 80);
  expect(wide).toEqual([]);
});

test.each([
  ['compare', COMPARE_FLAGS],
  ['pick', PICK_FLAGS],
])('%s has each flag once, with the meaning that others give it', (_, flags) => {
  const names = flags.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  for (const { name, short, value } of flags) {
    const other = ALL_FLAGS.find((flag) => flag.name === name);
    if (other === undefined || name === 'prompt') continue;
    expect([name, short, value === undefined]).toEqual([name, other.short, other.value === undefined]);
  }
});
