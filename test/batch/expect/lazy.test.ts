import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { measure } from '../../../src/batch/expect/measure.js';
import { tempDir } from '../../support/temp-dir.js';

const CHELSEA = fileURLToPath(new URL('../../../examples/chelsea.png', import.meta.url));
const require = createRequire(import.meta.url);
const isLoaded = (name: string) =>
  Object.keys(require.cache).some((file) => file.split(path.sep).includes(name));

test('sharp and ssim.js are loaded only for what needs pixels', async () => {
  const folder = await tempDir();
  const text = path.join(folder, 'a.png');
  await writeFile(text, 'hello');
  const pictures = [
    { path: CHELSEA, index: 0 },
    { path: text, index: 1 },
  ];
  await measure(pictures, undefined, { minWidth: 1, maxBytes: 1, format: 'png', notBlank: false });
  expect([isLoaded('sharp'), isLoaded('ssim.js')]).toEqual([false, false]);
  await measure(pictures, undefined, { notBlank: true });
  expect([isLoaded('sharp'), isLoaded('ssim.js')]).toEqual([true, false]);
  await measure(pictures, () => Promise.resolve(Buffer.from('no picture')), { maxChange: 1 });
  expect(isLoaded('ssim.js')).toBe(false);
});
