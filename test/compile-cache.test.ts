import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownCacheFolder } from '../src/compile-cache.js';
import { tempDir } from './support/temp-dir.js';

const UID = process.getuid?.() ?? 0;

describe.skipIf(process.platform === 'win32')('the folder for compiled code', () => {
  const folderIn = async () => path.join(await tempDir(), 'cache', 'compiled');

  test('is made, for this user alone', async () => {
    const folder = await folderIn();
    expect(ownCacheFolder(folder, UID)).toBe(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(ownCacheFolder(folder, UID)).toBe(folder);
  });

  test("is not another user's", async () => {
    expect(ownCacheFolder(await folderIn(), UID + 1)).toBeUndefined();
  });

  test.each([0o777, 0o770, 0o702, 0o1777])('is not one that others may write to (%o)', async (mode) => {
    const folder = await folderIn();
    await mkdir(folder, { recursive: true });
    await chmod(folder, mode);
    expect(ownCacheFolder(folder, UID)).toBeUndefined();
  });

  test.each([0o777, 0o770])('is not in one where others could exchange it (%o)', async (mode) => {
    const folder = await folderIn();
    await mkdir(folder, { recursive: true });
    await chmod(path.dirname(folder), mode);
    expect(ownCacheFolder(folder, UID)).toBeUndefined();
    // Nobody can in a sticky one.
    await chmod(path.dirname(folder), 0o1777);
    expect(ownCacheFolder(folder, UID)).toBe(folder);
  });

  test('is no symbolic link, and no file', async () => {
    const folder = await folderIn();
    const elsewhere = await tempDir();
    await mkdir(path.dirname(folder));
    await symlink(elsewhere, folder);
    expect(ownCacheFolder(folder, UID)).toBeUndefined();
    await writeFile(path.join(path.dirname(folder), 'file'), '');
    expect(ownCacheFolder(path.join(path.dirname(folder), 'file'), UID)).toBeUndefined();
  });

  test('may lie below a symbolic link: the real path is used', async () => {
    const [home, real] = [await tempDir(), await tempDir()];
    await symlink(real, path.join(home, 'cache'));
    expect(ownCacheFolder(path.join(home, 'cache', 'compiled'), UID)).toBe(path.join(real, 'compiled'));
  });
});
