import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, test } from 'vitest';
import { drawnInside } from '../../src/images/drawn-inside.js';
import { tempDir } from '../support/temp-dir.js';
import { CHELSEA, claimingPng, heic, SAMPLES, type SampleName } from './samples.js';

async function fileOf(bytes: Uint8Array): Promise<string> {
  const file = path.join(await tempDir(), 'picture');
  await writeFile(file, bytes);
  return file;
}

const BOX = { width: 24, height: 24 };
const NAMES = (Object.keys(SAMPLES) as SampleName[]).filter(
  (name) => name !== 'heic' && name !== 'float tiff',
);

test.each(NAMES)('%s is drawn upright, in three channels', async (name) => {
  const raster = await drawnInside(await fileOf(SAMPLES[name]), BOX);
  const isUpright = ['turned jpeg', 'turned tiff', 'turned png'].includes(name);
  const [width, height] = isUpright ? [16, 24] : [24, 16];
  expect(raster).toMatchObject({ width, height });
  expect(raster!.data.length).toBe(24 * 16 * 3);
});

it('is enlarged only where it is asked for', async () => {
  const file = await fileOf(SAMPLES.png);
  const large = { width: 96, height: 96 };
  expect(await drawnInside(file, large)).toMatchObject({ width: 48, height: 32 });
  expect(await drawnInside(file, large, true)).toMatchObject({ width: 96, height: 64 });
});

test.each<[what: string, bytes: Uint8Array]>([
  ['nothing', Buffer.alloc(0)],
  ['a text', Buffer.from('hello')],
  ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ['half a picture', CHELSEA.subarray(0, 9000)],
  ['a bomb', claimingPng(60_000, 60_000)],
  ['half a HEIC', heic()],
  ['a floating-point TIFF', SAMPLES['float tiff']],
])('of %s there is none', async (_, bytes) => {
  expect(await drawnInside(await fileOf(bytes), BOX)).toBeUndefined();
});

it('is none where there is no file', async () => {
  const folder = await tempDir();
  await mkdir(path.join(folder, 'folder'));
  expect(await drawnInside(path.join(folder, 'folder'), BOX)).toBeUndefined();
  expect(await drawnInside(path.join(folder, 'gone'), BOX)).toBeUndefined();
});
