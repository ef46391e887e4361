import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readableCopyOf, thumbnailOf } from '../../src/report/thumbnails.js';
import { CHELSEA, SAMPLES } from '../images/samples.js';
import { tempDir } from '../support/temp-dir.js';

const large = sharp(CHELSEA).resize(1200, 800, { fit: 'fill' });

async function pictureOf(bytes: Uint8Array, width: number | null = 1200) {
  const folder = await tempDir();
  const file = path.join(folder, 'picture');
  await writeFile(file, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { folder, picture: { path: file, sha256, width, bytes: bytes.length } };
}

test.each(['png', 'jpeg', 'webp'] as const)('a small WebP of a %s, named by its hash', async (format) => {
  const { folder, picture } = await pictureOf(await large.clone().toFormat(format).toBuffer());
  const file = (await thumbnailOf(picture, folder))!;
  expect(file).toBe(path.join(folder, 'report-files', `${picture.sha256}.webp`));
  const { width, height, format: made } = await sharp(await readFile(file)).metadata();
  expect([made, width, height]).toEqual(['webp', 480, 320]);
  expect((await stat(file)).size).toBeLessThan(60_000);
});

test('it is made once and found again, but not when it is empty', async () => {
  const { folder, picture } = await pictureOf(await large.clone().jpeg().toBuffer());
  const file = (await thumbnailOf(picture, folder))!;
  await utimes(file, 1, 1);
  expect(await thumbnailOf({ ...picture, path: '/nowhere' }, folder)).toBe(file);
  expect((await stat(file)).mtimeMs).toBe(1000);
  await writeFile(file, '');
  expect(await thumbnailOf(picture, folder)).toBe(file);
  expect((await stat(file)).size).toBeGreaterThan(0);
});

test('many at once make one file', async () => {
  const { folder, picture } = await pictureOf(await large.clone().jpeg().toBuffer());
  const files = await Promise.all(Array.from({ length: 6 }, () => thumbnailOf(picture, folder)));
  expect(new Set(files).size).toBe(1);
  expect(await readdir(path.join(folder, 'report-files'))).toEqual([`${picture.sha256}.webp`]);
});

test('a small picture is shown itself; narrow and heavy, or of unknown size, it is not', async () => {
  const { folder, picture } = await pictureOf(SAMPLES.png, 48);
  expect(await thumbnailOf(picture, folder)).toBeUndefined();
  expect(await readdir(folder)).toEqual(['picture']);
  expect(await thumbnailOf({ ...picture, bytes: 150_001 }, folder)).toBeDefined();
  expect(await thumbnailOf({ ...picture, width: null, bytes: null }, folder)).toBeDefined();
});

test('it stands upright, and is never larger than the picture', async () => {
  const { folder, picture } = await pictureOf(SAMPLES['turned jpeg'], null);
  const { width, height } = await sharp(await readFile((await thumbnailOf(picture, folder))!)).metadata();
  expect([width, height]).toEqual([32, 48]);
});

test.each([
  ['half a PNG', async () => (await large.clone().png().toBuffer()).subarray(0, 40_000)],
  ['half a JPEG', async () => (await large.clone().jpeg().toBuffer()).subarray(0, 20_000)],
  ['a text', () => Promise.resolve(Buffer.from('<html>'))],
  ['nothing', () => Promise.resolve(Buffer.alloc(0))],
])('of %s there is none', async (_, bytes) => {
  const { folder, picture } = await pictureOf(await bytes());
  expect(await thumbnailOf(picture, folder)).toBeUndefined();
  expect(await readdir(folder)).toEqual(['picture']);
});

test('of what is no file there is none, and a hash that is none names nothing', async () => {
  const { folder, picture } = await pictureOf(await large.clone().jpeg().toBuffer());
  await mkdir(path.join(folder, 'folder'));
  await symlink(path.join(folder, 'gone'), path.join(folder, 'link'));
  for (const name of ['folder', 'link', 'missing']) {
    expect(await thumbnailOf({ ...picture, path: path.join(folder, name) }, folder)).toBeUndefined();
  }
  expect(await thumbnailOf({ ...picture, sha256: '../../escaped' }, folder)).toBeUndefined();
});

test('where it cannot be written, the error says so', async () => {
  const { folder, picture } = await pictureOf(await large.clone().jpeg().toBuffer());
  await writeFile(path.join(folder, 'report-files'), '');
  await expect(thumbnailOf(picture, folder)).rejects.toThrow(/EEXIST|ENOTDIR/);
});

test.each<[string, () => Promise<Buffer>, [number, number]]>([
  ['a TIFF', () => large.clone().tiff().toBuffer(), [1200, 800]],
  ['a HEIC', () => readFile('test/fixtures/pictures/plain.heic'), [64, 48]],
])('%s gets a copy that browsers show, of its own size', async (_, make, size) => {
  const { folder, picture } = await pictureOf(await make());
  const file = (await readableCopyOf(picture, folder))!;
  const { width, height, format } = await sharp(await readFile(file)).metadata();
  expect([format, width, height]).toEqual(['webp', ...size]);
  // Found again, even once the picture is gone.
  expect(await readableCopyOf({ ...picture, path: '/nowhere' }, folder)).toBe(file);
});

test('a picture that browsers show gets no copy, nor does one that is missing', async () => {
  for (const bytes of [SAMPLES.png, SAMPLES.jpeg, SAMPLES.webp]) {
    const { folder, picture } = await pictureOf(bytes);
    expect(await readableCopyOf(picture, folder)).toBeUndefined();
    expect(await readableCopyOf({ ...picture, path: path.join(folder, 'none') }, folder)).toBeUndefined();
  }
});

test('what is transparent lies on the background of the edit', async () => {
  const clear = sharp({ create: { width: 900, height: 600, channels: 4, background: '#0000' } });
  const { folder, picture } = await pictureOf(await clear.png().toBuffer(), 900);
  const file = (await thumbnailOf({ ...picture, background: '#ff0000' }, folder))!;
  const { dominant } = await sharp(await readFile(file)).stats();
  expect(dominant.r).toBeGreaterThan(240);
  expect(dominant.g + dominant.b).toBeLessThan(30);
});
