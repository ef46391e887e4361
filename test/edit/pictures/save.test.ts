import { lstat, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../../../src/light-fetch.js';
import { removeLeftovers, saveWhole } from '../../../src/edit/pictures/save.js';
import { sandbox } from '../../support/sandbox.js';
import { tempDir } from '../../support/temp-dir.js';
import { editCat, folderWithPhoto, leftIn } from '../harness.js';

const BYTES = Buffer.from('a picture');
const KEEP = { force: false, tag: 'job-0' };
const FORCE = { force: true, tag: 'job-0' };

describe('saveWhole', () => {
  test('makes the folders that are missing', async () => {
    const folder = await tempDir();
    const target = path.join(folder, 'a', 'b', 'c.png');
    expect(await saveWhole(target, BYTES, KEEP)).toBe(true);
    expect(await readFile(target)).toEqual(BYTES);
    expect(await readdir(path.dirname(target))).toEqual(['c.png']);
  });

  test('leaves a name that is taken, and says so', async () => {
    const folder = await tempDir();
    const target = path.join(folder, 'a.png');
    await writeFile(target, 'old');
    expect(await saveWhole(target, BYTES, KEEP)).toBe(false);
    expect(await readFile(target, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('replaces it with force', async () => {
    const folder = await tempDir();
    const target = path.join(folder, 'a.png');
    await writeFile(target, 'old');
    expect(await saveWhole(target, BYTES, FORCE)).toBe(true);
    expect(await readFile(target)).toEqual(BYTES);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('many at once to one name: one of them has it, whole, and the others know', async () => {
    const folder = await tempDir();
    const target = path.join(folder, 'a.png');
    const texts = Array.from({ length: 12 }, (_, index) => `picture ${index}`.repeat(1000));
    const placed = await Promise.all(texts.map((text) => saveWhole(target, Buffer.from(text), KEEP)));
    expect(placed.filter(Boolean)).toHaveLength(1);
    expect(await readFile(target, 'utf8')).toBe(texts[placed.indexOf(true)]);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('many at once with force: one of them, whole', async () => {
    const folder = await tempDir();
    const target = path.join(folder, 'a.png');
    const texts = Array.from({ length: 8 }, (_, index) => `picture ${index}`.repeat(1000));
    const placed = await Promise.all(texts.map((text) => saveWhole(target, Buffer.from(text), FORCE)));
    expect(placed).toEqual(texts.map(() => true));
    expect(texts).toContain(await readFile(target, 'utf8'));
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('a folder in the way has the name, and with force is an error that leaves nothing', async () => {
    const folder = await tempDir();
    const target = path.join(folder, 'a.png');
    await mkdir(target);
    expect(await saveWhole(target, BYTES, KEEP)).toBe(false);
    await expect(saveWhole(target, BYTES, FORCE)).rejects.toMatchObject({
      code: expect.stringMatching(/^E/) as string,
    });
    expect(await readdir(folder)).toEqual(['a.png']);
    expect(await readdir(target)).toEqual([]);
  });

  test('a link to nowhere is a name that is taken, and is not followed', async () => {
    const folder = await tempDir();
    const target = path.join(folder, 'a.png');
    await symlink(path.join(folder, 'nowhere'), target);
    expect(await saveWhole(target, BYTES, KEEP)).toBe(false);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('with force a link itself is replaced, not the file that it names', async () => {
    const folder = await tempDir();
    await writeFile(path.join(folder, 'precious'), 'old');
    const target = path.join(folder, 'a.png');
    await symlink(path.join(folder, 'precious'), target);
    expect(await saveWhole(target, BYTES, FORCE)).toBe(true);
    expect(await readFile(path.join(folder, 'precious'), 'utf8')).toBe('old');
    expect(await readFile(target)).toEqual(BYTES);
    expect((await lstat(target)).isSymbolicLink()).toBe(false);
  });

  test('a file where a folder is due is an error that leaves nothing', async () => {
    const folder = await tempDir();
    await writeFile(path.join(folder, 'a'), '');
    await expect(saveWhole(path.join(folder, 'a', 'b.png'), BYTES, KEEP)).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(await readdir(folder)).toEqual(['a']);
  });

  test('a name that the file system refuses is an error that leaves nothing', async () => {
    const folder = await tempDir();
    await expect(saveWhole(path.join(folder, `${'n'.repeat(300)}.png`), BYTES, KEEP)).rejects.toMatchObject({
      code: 'ENAMETOOLONG',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

test('removeLeftovers takes what killed runs left of this picture, and nothing else', async () => {
  const folder = await tempDir();
  const others = ['.fal-edit-job-10-x.png', '.fal-edit-job-2-x.part', '.fal-edit-job2-0-x.part', 'a.png'];
  const mine = ['.fal-edit-job-0-x.part', '.fal-edit-job-0-y.part'];
  for (const name of [...others, ...mine]) await writeFile(path.join(folder, name), '');
  await removeLeftovers(path.join(folder, 'a.png'), 'job-0');
  const left = await readdir(folder);
  expect(left.sort()).toEqual(others.sort());
  await removeLeftovers(path.join(folder, 'no such folder', 'a.png'), 'job-0');
  // The others' are this test's own.
  for (const name of others) await rm(path.join(folder, name));
});

describe('while the edit runs', () => {
  /** Does something to the folder between the acceptance and the download. */
  async function meanwhile(change: (folder: string) => Promise<unknown>, ...flags: string[]) {
    const fal = await sandbox();
    const folder = await folderWithPhoto();
    const result = await editCat(
      {
        env: fal.env,
        context: {
          fetch: async (input, init) => {
            if (typeof input === 'string' && input.includes('/files/')) await change(folder);
            return lightFetch(input, init);
          },
        },
        cwd: folder,
      },
      ...flags,
    );
    return { ...result, folder };
  }

  test('a file takes the name: it is kept, the picture gets a number, and a warning says so', async () => {
    const { code, document, folder, stderr } = await meanwhile((at) =>
      writeFile(path.join(at, 'out.png'), 'mine'),
    );
    expect([code, document.images[0]!.path]).toEqual([0, 'out.2.png']);
    expect(document.warnings.join()).toMatch(/out\.png was taken in the meantime.*out\.2\.png/);
    expect(stderr).toMatch(/taken in the meantime/);
    expect(await readFile(path.join(folder, 'out.png'), 'utf8')).toBe('mine');
    expect(await leftIn(folder)).toEqual(['out.2.png', 'out.png']);
  });

  test('a file takes the name, and --force was said: it is replaced', async () => {
    const { code, folder } = await meanwhile((at) => writeFile(path.join(at, 'out.png'), 'mine'), '--force');
    expect(code).toBe(0);
    expect((await readFile(path.join(folder, 'out.png'))).subarray(1, 4).toString()).toBe('PNG');
    expect(await leftIn(folder)).toEqual(['out.png']);
  });

  test('the folder becomes a file: the edit failed, was charged, and left nothing', async () => {
    const { code, document, folder } = await meanwhile(
      (at) => writeFile(path.join(at, 'sub'), ''),
      '-o',
      'sub/out.png',
    );
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'yes']);
    expect(document.error?.message).toMatch(/cannot be written to .*sub\/out\.png: (ENOTDIR|EEXIST)/);
    expect(document.error?.details?.['request_id']).toBe(document.request_id);
    expect(await leftIn(folder)).toEqual(['sub']);
  });

  test('the folder goes away: it is made again', async () => {
    const { code, folder } = await meanwhile(
      (at) => rm(path.join(at, 'sub'), { recursive: true, force: true }),
      '-o',
      'sub/',
    );
    expect(code).toBe(0);
    expect(await readdir(path.join(folder, 'sub'))).toHaveLength(1);
  });

  test('a folder takes the name, and --force was said: an error that leaves nothing', async () => {
    const { code, document, folder } = await meanwhile((at) => mkdir(path.join(at, 'out.png')), '--force');
    expect([code, document.error?.charged]).toEqual([1, 'yes']);
    expect(await leftIn(folder)).toEqual(['out.png']);
  });
});
