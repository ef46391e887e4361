import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Targets } from '../../src/edit/targets.js';
import { tempDir } from '../support/temp-dir.js';

const targetsIn = (folder: string): Targets =>
  new Targets(
    { kind: 'files', template: 'out.png', numberWhenTaken: false },
    { name: 'cat', seed: 1, model: 'flux-general', ext: 'png' },
    1,
    folder,
  );

test('what a run that was killed while it tried the folder has left is taken away', async () => {
  const folder = await tempDir();
  await writeFile(path.join(folder, '.fal-edit-probe.part'), '');
  await targetsIn(folder).check(false);
  expect(await readdir(folder)).toEqual([]);
});

test('many runs may try a folder at once', async () => {
  const folder = await tempDir();
  await Promise.all(Array.from({ length: 50 }, () => targetsIn(folder).check(false)));
  expect(await readdir(folder)).toEqual([]);
});
