/* File systems that cannot do all that an ordinary one can: what is paid for is saved on them as well. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { folderWithPhoto, leftIn } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { BIN, spawned, type Ended } from './spawned.js';

const HOOK = path.join(import.meta.dirname, 'disk-fault-hook.mjs');
const EDIT = ['cat.png', '-p', 'x', '-o', 'out.png'];

function faulty(
  cwd: string,
  env: Record<string, string>,
  faults: Record<string, string>,
  argv: readonly string[] = EDIT,
): Promise<Ended> {
  const options = { cwd, env: { ...env, ...faults } };
  return spawned(process.execPath, ['--import', HOOK, BIN, ...argv], options).ended;
}

test.each([
  ...['EISDIR', 'EACCES', 'EPERM', 'EXDEV', 'EINVAL', 'EIO', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].map(
    (code) => `link:${code}`,
  ),
  'sync:EINVAL',
  'sync:ENOTSUP',
  'link:EPERM,sync:EINVAL',
])('%s: the picture is saved, whole, and nothing else is left', async (fault) => {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  const { code, stdout, stderr } = await faulty(cwd, fal.env, { DISK_FAULTS: fault });
  expect([code, stdout], stderr).toEqual([0, 'out.png\n']);
  expect(await leftIn(cwd)).toEqual(['out.png']);
  expect(await sharp(path.join(cwd, 'out.png')).metadata()).toMatchObject({ width: 96, height: 64 });
});

test('without links: a name that is taken meanwhile is not overwritten', async () => {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  await writeFile(path.join(cwd, 'cat.edit.png'), 'mine');
  const argv = ['cat.png', '-p', 'x'];
  const { code, stdout } = await faulty(cwd, fal.env, { DISK_FAULTS: 'link:EPERM' }, argv);
  expect([code, stdout]).toEqual([0, 'cat.edit.2.png\n']);
  expect(await readFile(path.join(cwd, 'cat.edit.png'), 'utf8')).toBe('mine');
});

test('without links, killed with the name taken: the next run puts the picture there', async () => {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  const fault = { DISK_FAULTS: 'link:EPERM' };
  // The look before paying renames nothing of a picture: only saving does.
  const killed = await faulty(cwd, fal.env, { ...fault, DISK_KILL_PICTURE: '1' });
  expect(killed.signal).toBe('SIGKILL');
  expect(await readFile(path.join(cwd, 'out.png'), 'utf8')).toMatch(/^fal-edit is saving picture j/);
  const { code, stdout, stderr } = await faulty(cwd, fal.env, fault);
  expect([code, stdout], stderr).toEqual([0, 'out.png\n']);
  expect(await leftIn(cwd)).toEqual(['out.png']);
  expect((await sharp(path.join(cwd, 'out.png')).metadata()).format).toBe('png');
  expect(fal.ledger().accepted).toHaveLength(1);
});

test.each(['link:EPERM,rename:EPERM', 'link:EIO,rename:EIO'])(
  '%s: nothing can be saved here, which is found before anything is paid for',
  async (fault) => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    const { code, stderr } = await faulty(cwd, fal.env, { DISK_FAULTS: fault });
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/cannot write to the folder .*Nothing was sent/s);
    expect(fal.ledger().accepted).toEqual([]);
    expect((await readdir(cwd)).filter((name) => name.startsWith('.fal-edit'))).toEqual([]);
  },
);
