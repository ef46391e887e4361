import { expect, it } from 'vitest';
import { folderWithPhoto, leftIn } from '../edit/harness.js';
import { builtStateIn, onlyJobIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { run } from './spawned.js';

it('several processes that wait for one request make one file, and all of them name it', async () => {
  const fal = await sandbox({ inferenceMs: 300 });
  const cwd = await folderWithPhoto();
  const options = { cwd, env: fal.env };
  const { stdout } = await run(['cat.png', '-p', 'snow', '--detach'], options);
  const id = stdout.trim();
  const waits = [
    ['wait', id],
    ['wait', 'last'],
    ['wait', '--unfinished'],
    ['wait', id.slice(0, 8), '--quiet'],
  ];
  for (const ended of await Promise.all(waits.map((argv) => run(argv, options)))) {
    expect(ended.code, ended.stderr).toBe(0);
    // Whoever comes last finds nothing unfinished.
    expect(['cat.edit.png\n', '']).toContain(ended.stdout);
  }
  expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
  expect(await onlyJobIn(builtStateIn(cwd))).toMatchObject({ state: 'saved', requestId: id });
  expect((await run(['wait', id], { cwd })).stdout).toBe('cat.edit.png\n');
});
