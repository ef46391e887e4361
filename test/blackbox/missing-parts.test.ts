/* An installation that lacks what comes compiled for the machine: found before anything is paid for. */
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto } from '../edit/harness.js';
import { ROOT } from '../support/build.js';
import { sandbox } from '../support/sandbox.js';
import { spawned } from './spawned.js';

/** Packages that look for their parts beside themselves have to be there; the rest may be anywhere. */
const COPIED = ['sharp', '@photostructure/sqlite'];
const LINKED = ['detect-libc', 'semver', 'node-gyp-build', '@img/colour'];

test('a missing part is named, with what to do about it', async () => {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  const program = path.join(cwd, '.program');
  const modules = path.join(program, 'node_modules');
  await cp(path.join(ROOT, 'dist'), path.join(program, 'dist'), { recursive: true });
  await writeFile(path.join(program, 'package.json'), '{ "type": "module" }');
  for (const name of COPIED) {
    await cp(path.join(ROOT, 'node_modules', name), path.join(modules, name), { recursive: true });
  }
  await mkdir(path.join(modules, '@img'));
  for (const name of LINKED) {
    await symlink(path.join(ROOT, 'node_modules', name), path.join(modules, name), 'junction');
  }
  const inIt = async (...argv: string[]) => {
    const bin = path.join(program, 'dist/bin.js');
    const ended = await spawned(process.execPath, [bin, ...argv, '--json'], { cwd, env: fal.env }).ended;
    const { error } = JSON.parse(ended.stdout) as { error: Record<string, unknown> };
    return { code: ended.code, error };
  };
  const told = (name: RegExp) => ({
    code: 2,
    error: {
      kind: 'input',
      message: expect.stringMatching(name) as string,
      hint: expect.stringContaining('npm install fal-edit --include=optional') as string,
      charged: 'no',
    },
  });

  // The ledger's part is there, sharp's is not: one edit of a plain picture does without, a batch does not.
  expect(await inIt('batch', 'cat.png', '-p', 'snow')).toMatchObject(
    told(/^The package @img\/sharp-\S+ cannot be loaded: it is not installed\. Nothing was sent\.$/),
  );
  await rm(path.join(modules, '@photostructure/sqlite/prebuilds'), { recursive: true });
  expect(await inIt('cat.png', '-p', 'snow')).toMatchObject(
    told(
      /^The package @photostructure\/sqlite cannot be loaded: No native build was found .*Nothing was sent\.$/,
    ),
  );
  expect(fal.ledger().accepted).toEqual([]);
});
