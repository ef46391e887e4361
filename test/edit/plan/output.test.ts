import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkFree } from '../../../src/edit/plan/output.js';
import type { OutputSpec } from '../../../src/ledger/job.js';
import { tempDir } from '../../support/temp-dir.js';

const outputIn = (cwd: string): OutputSpec => ({
  ...{ kind: 'files', cwd, template: 'out.png', numberWhenTaken: false },
  ...{ name: 'cat', seed: 1, model: 'flux-general', ext: 'png', count: 1 },
  ...{ force: false, keepBlanked: false },
});

test('what a run that was killed while it tried the folder has left is taken away', async () => {
  const folder = await tempDir();
  await writeFile(path.join(folder, '.fal-edit-probe.part'), '');
  await checkFree(outputIn(folder));
  expect(await readdir(folder)).toEqual([]);
});

test('many runs may try a folder at once', async () => {
  const folder = await tempDir();
  await Promise.all(Array.from({ length: 50 }, () => checkFree(outputIn(folder))));
  expect(await readdir(folder)).toEqual([]);
});
