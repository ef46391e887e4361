/* The same command several times at once, each in a process of its own: one of them pays. */
import { expect, it } from 'vitest';
import { folderWithPhoto, leftIn } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { start } from './spawned.js';

const COMMAND = ['cat.png', '-p', 'snow'];

it('pays once, and all of them print the same path', async () => {
  const fal = await sandbox({ inferenceMs: 100 });
  // On a busy machine the first could be done before the last has begun.
  fal.addToxic({ type: 'pause', on: 'result', stream: 'upstream', name: 'held' });
  const options = { cwd: await folderWithPhoto(), env: fal.env };
  const runs = [1, 2, 3, 4].map(() => start(COMMAND, options));
  const heard = runs.map((run) => run.said(/is running this same edit/).then(() => run));
  const waiting = new Set<unknown>();
  await new Promise<void>((resolve) => {
    for (const one of heard) {
      // The one that sends it waits for nobody.
      void one.then(
        (run) => waiting.add(run).size === 3 && resolve(),
        () => undefined,
      );
    }
  });
  fal.release('held');
  const all = await Promise.all(runs.map((run) => run.ended));
  for (const { code, stdout, stderr } of all) expect([code, stdout], stderr).toEqual([0, 'cat.edit.png\n']);
  expect(fal.ledger().accepted).toHaveLength(1);
});

it('pays once though the one that sent it is killed: the others get the picture', async () => {
  const fal = await sandbox();
  fal.addToxic({ type: 'pause', on: 'stream', stream: 'upstream', name: 'running' });
  fal.addToxic({ type: 'pause', on: 'status', stream: 'upstream', name: 'asked' });
  const options = { cwd: await folderWithPhoto(), env: fal.env };
  const all = [1, 2, 3, 4].map(() => start(COMMAND, options));
  const sender = await Promise.race(all.map(async (one) => (await one.said(/request [\w-]+/), one)));
  const others = all.filter((one) => one !== sender);
  await Promise.all(others.map((one) => one.said(/is running this same edit/)));
  sender.process.kill('SIGKILL');
  await sender.ended;
  for (const name of ['running', 'asked']) fal.release(name);
  for (const { code, stdout, stderr } of await Promise.all(others.map((one) => one.ended))) {
    expect([code, stdout], stderr).toEqual([0, 'cat.edit.png\n']);
  }
  expect(fal.ledger().accepted).toHaveLength(1);
  expect(await leftIn(options.cwd)).toEqual(['cat.edit.png']);
});
