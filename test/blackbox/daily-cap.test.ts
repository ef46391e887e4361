/* The cap of a day over processes that run at the same time: they share it through the ledger alone. */
import { expect, test } from 'vitest';
import { folderWithPhoto, type Document } from '../edit/harness.js';
import { builtStateIn, jobsIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { run } from './spawned.js';

test('eight processes at once spend exactly what the day allows', async () => {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  // Room for three at 0.075 each.
  const env = { ...fal.env, FAL_EDIT_DAILY_CAP: '0.25' };
  const edit = (name: string) => run(['cat.png', '-p', 'snow', '-o', `${name}.png`, '--json'], { cwd, env });
  const runs = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(edit));
  const codes = runs.map(({ code }) => code).sort();
  expect(codes, runs.map(({ stderr }) => stderr).join('\n')).toEqual([0, 0, 0, 8, 8, 8, 8, 8]);
  expect(fal.ledger().accepted).toHaveLength(3);
  expect((await jobsIn(builtStateIn(cwd))).map(({ state }) => state)).toEqual(['saved', 'saved', 'saved']);
  const refused = runs.filter(({ code }) => code === 8).map(({ stdout }) => JSON.parse(stdout) as Document);
  for (const { error } of refused) {
    expect(error).toMatchObject({ kind: 'budget', charged: 'no', details: { daily_cap_usd: 0.25 } });
  }
});
