/* What a system may not tell, or refuse: one plain error, in the document too, and nothing is left below the folder. */
import path, { sep } from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto, leftIn } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { BIN, QUICK, shell, spawned } from './spawned.js';

const EDIT = 'fal-edit cat.png -p x --sandbox --json';

test.skipIf(sep === '\\').each([
  [
    'a few open files alone',
    `ulimit -n 22; ${EDIT}`,
    7,
    'temporary',
    /^Too many files are open: .*Nothing was sent\.$/,
  ],
  [
    'a deleted folder',
    `mkdir d; cd d; rmdir ../d; ${EDIT}`,
    2,
    'input',
    /^The working directory cannot be read/,
  ],
])('%s', async (_, line, code, kind, message) => {
  const cwd = await folderWithPhoto();
  const ended = await shell(line, { cwd, env: QUICK });
  const { error } = JSON.parse(ended.stdout) as { error: { message: string } };
  expect([ended.code, error], ended.stderr).toMatchObject([code, { kind, charged: 'no' }]);
  expect(error.message).toMatch(message);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  expect(await leftIn(cwd)).toEqual([]);
});

test('a machine without a name edits, and sends nothing twice', async () => {
  const fal = await sandbox({ renderPictures: false, historyDelayMs: 3_600_000 });
  fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 });
  const cwd = await folderWithPhoto();
  const hook = path.join(import.meta.dirname, '../torture/host-name-hook.mjs');
  const edit = (...argv: string[]) =>
    spawned(process.execPath, ['--import', hook, BIN, ...argv], { cwd, env: { ...fal.env, HOST_NAME: '' } })
      .ended;
  const argv = ['cat.png', '-p', 'x', '-o', 'out.png'];
  for (const times of [1, 2]) {
    const { code, stderr } = await edit(...argv);
    expect([code, fal.ledger().accepted.length], `run ${times}: ${stderr}`).toEqual([9, 1]);
  }
  const { code, stderr } = await edit('cat.png', '-p', 'y', '-o', 'other.png');
  expect([code, await leftIn(cwd)], stderr).toEqual([0, ['other.png']]);
});

test('XDG folders that are not absolute do not count', async () => {
  const cwd = await folderWithPhoto();
  const env = { ...QUICK, XDG_CONFIG_HOME: 'rel', XDG_CACHE_HOME: 'rel', XDG_STATE_HOME: 'rel' };
  const { code, stderr } = await shell(EDIT, { cwd, env });
  expect([code, await leftIn(cwd)], stderr).toEqual([0, ['cat.edit.png']]);
});
