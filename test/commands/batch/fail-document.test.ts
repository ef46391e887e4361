/* Scripts read the document of a run that failed as they read that of one that ended. */
import { expect, test } from 'vitest';
import { folderWithPhoto } from '../../edit/harness.js';
import { sandbox } from '../../support/sandbox.js';
import { runCli } from '../../support/run-cli.js';

test.each([
  ['batch', ['batch', 'cat.png', '-p', 'x', '--no-report']],
  ['compare', ['compare', 'cat.png', '-p', 'x', '--models', 'flux-dev,flux-general']],
  ['sweep', ['sweep', 'cat.png', '-p', 'x', '--vary', 'strength=0.5']],
])('%s: the keys are the same, null where nothing is known', async (_, argv) => {
  const cwd = await folderWithPhoto();
  const failed = await runCli([...argv, '--json', '--proxy-url', 'nonsense'], { cwd });
  const fal = await sandbox({ renderPictures: false });
  const ended = await runCli([...argv, '--json'], { cwd, env: fal.env });
  expect([failed.code, ended.code], ended.stderr).toEqual([2, 0]);
  const own = ['compare', 'sweep'];
  const keys = Object.keys(ended.json()).filter((key) => !own.includes(key));
  const document = failed.json();
  expect(document).toMatchObject({ status: 'error', exit_code: 2, states: null, cost: null, out_dir: null });
  expect(keys.filter((key) => !(key in document))).toEqual([]);
});
