import { expect, it } from 'vitest';
import { flagsOf } from '../../../src/commands/flags/editing.js';

it('means with a flag what a batch means with it', () => {
  for (const { name, value, short, repeatable } of flagsOf('sweep')) {
    const same = flagsOf('batch').find((flag) => (flag.name as string) === name);
    if (same === undefined) continue;
    expect([name, value, short, repeatable]).toEqual([name, same.value, same.short, same.repeatable]);
  }
});
