import { expect, it } from 'vitest';
import { BATCH_FLAGS } from '../../../src/commands/flags/batch.js';
import { SWEEP_FLAGS } from '../../../src/commands/flags/sweep.js';
import { SWEEP_HELP } from '../../../src/commands/help/sweep.js';
import { helpText } from '../../../src/terminal/help.js';

it('has every flag once, in 80 columns, how it runs last', () => {
  const names = SWEEP_FLAGS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const text = helpText(SWEEP_HELP);
  for (const { name, hidden } of SWEEP_FLAGS) expect(text.includes(`--${name}`)).toBe(hidden !== true);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const groups = [...new Set(SWEEP_FLAGS.map(({ group }) => group))];
  expect(groups.at(-1)).toBe('How it runs');
});

it('means with a flag what a batch means with it', () => {
  for (const { name, value, short, repeatable } of SWEEP_FLAGS) {
    const same = BATCH_FLAGS.find((flag) => flag.name === name);
    if (same === undefined) continue;
    expect([name, value, short, repeatable]).toEqual([name, same.value, same.short, same.repeatable]);
  }
});
