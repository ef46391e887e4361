/* An installation that lacks what comes compiled for the machine, or has it broken: found before anything is paid for. */
import { cp, mkdir, readdir, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto } from '../edit/harness.js';
import { ROOT } from '../support/build.js';
import { sandbox } from '../support/sandbox.js';
import { spawned } from './spawned.js';

/** Packages that look for their parts beside themselves have to be there; the rest may be anywhere. */
const COPIED = ['sharp', '@photostructure/sqlite'];
const LINKED = ['detect-libc', 'semver', 'node-gyp-build'];

/** Copies what is compiled for this machine, each file cut short. */
async function copyBroken(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  for (const name of await readdir(to, { recursive: true })) {
    if (name.endsWith('.node')) await truncate(path.join(to, name), 40);
  }
}

test('a missing or broken part is named, with what to do about it', async () => {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  const program = path.join(cwd, '.program');
  const modules = path.join(program, 'node_modules');
  await cp(path.join(ROOT, 'dist'), path.join(program, 'dist'), { recursive: true });
  await writeFile(path.join(program, 'package.json'), '{ "type": "module" }');
  for (const name of COPIED) {
    await cp(path.join(ROOT, 'node_modules', name), path.join(modules, name), { recursive: true });
  }
  const parts = path.join(modules, '@img');
  await symlink(path.join(ROOT, 'node_modules/@img'), parts, 'junction');
  for (const name of LINKED) {
    await symlink(path.join(ROOT, 'node_modules', name), path.join(modules, name), 'junction');
  }
  const bin = path.join(program, 'dist/bin.js');
  const inIt = async (...argv: string[]) => {
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

  // Everything is there but what decodes HEIC.
  await cp(path.join(ROOT, 'test/fixtures/pictures/phone.heic'), path.join(cwd, 'phone.heic'));
  expect(await inIt('phone.heic', '-p', 'snow')).toMatchObject(
    told(/^The package libheif-js cannot be loaded: it is not installed\. Nothing was sent\.$/),
  );
  await unlink(parts);
  await mkdir(parts);
  await symlink(path.join(ROOT, 'node_modules/@img/colour'), path.join(parts, 'colour'), 'junction');

  // The ledger's part is there, sharp's is not: one edit of a plain picture does without, a batch does not.
  expect(await inIt('batch', 'cat.png', '-p', 'snow')).toMatchObject(
    told(/^The package @img\/sharp-\S+ cannot be loaded: it is not installed\. Nothing was sent\.$/),
  );
  const { code, stdout, stderr } = await spawned(process.execPath, [bin, 'sandbox'], { cwd }).ended;
  expect([code, stdout], stderr).toEqual([2, '']);
  expect(stderr).toMatch(/^error: The package @img\/sharp-\S+ cannot be loaded: it is not installed\./);

  const images = path.join(ROOT, 'node_modules/@img');
  for (const name of (await readdir(images)).filter((name) => name.startsWith('sharp-'))) {
    await copyBroken(path.join(images, name), path.join(modules, '@img', name));
  }
  expect(await inIt('batch', 'cat.png', '-p', 'snow')).toMatchObject(
    told(/^The package sharp cannot be loaded: .*sharp-\S+\.node: .*\. Nothing was sent\.$/),
  );

  const sqlite = '@photostructure/sqlite/prebuilds';
  await copyBroken(path.join(ROOT, 'node_modules', sqlite), path.join(modules, sqlite));
  expect(await inIt('cat.png', '-p', 'snow')).toMatchObject(
    told(/^The package @photostructure\/sqlite cannot be loaded: .*\.node: .*\. Nothing was sent\.$/),
  );
  await rm(path.join(modules, sqlite), { recursive: true });
  expect(await inIt('cat.png', '-p', 'snow')).toMatchObject(
    told(
      /^The package @photostructure\/sqlite cannot be loaded: No native build was found .*Nothing was sent\.$/,
    ),
  );
  expect(fal.ledger().accepted).toEqual([]);
});
