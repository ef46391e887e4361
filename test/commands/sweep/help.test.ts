import { sweepScene } from './scene.js';
import { expect, it } from 'vitest';
import { flagsOf } from '../../../src/commands/flags/editing.js';

it('means with a flag what a batch means with it', () => {
  for (const { name, value, short, repeatable } of flagsOf('sweep')) {
    const same = flagsOf('batch').find((flag) => (flag.name as string) === name);
    // What a row may draw anew each time is an axis here.
    if (same === undefined || name === 'seed') continue;
    expect([name, value, short, repeatable]).toEqual([name, same.value, same.short, same.repeatable]);
  }
});

it('--events prints one JSON object per line, and nothing else on stdout', async () => {
  const { sweep } = await sweepScene();
  const { code, stdout, stderr } = await sweep({ vary: ['strength=0.5,0.6'], events: true });
  expect(code, stderr).toBe(0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: string }).event);
  expect([events[0], events.at(-1)]).toEqual(['started', 'finished']);
  expect(events.filter((event) => event === 'ended')).toHaveLength(2);
});
