import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { finishedPicture } from '../../src/images/finish.js';
import { tempDir } from '../support/temp-dir.js';

it('a result keeps its own transparency when it is converted to a profile', async () => {
  const clear = sharp({
    create: { width: 8, height: 8, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0.5 } },
  });
  const { icc } = await sharp(await clear.clone().withIccProfile('p3').png().toBuffer()).metadata();
  const file = path.join(await tempDir(), 'p3.icc');
  await writeFile(file, icc!);
  const { bytes, warnings } = await finishedPicture(await clear.png().toBuffer(), { icc: icc! }, file);
  expect(warnings).toEqual([]);
  const { channels } = await sharp(bytes).stats();
  expect(channels[3]).toMatchObject({ min: 128, max: 128 });
});

it('a result of 16 bits is saved with 8, which is said', async () => {
  const deep = sharp({ create: { width: 8, height: 8, channels: 3, background: '#456' } });
  const { icc } = await sharp(await deep.clone().withIccProfile('p3').png().toBuffer()).metadata();
  const file = path.join(await tempDir(), 'p3.icc');
  await writeFile(file, icc!);
  const received = await deep.toColourspace('rgb16').png().toBuffer();
  const { warnings } = await finishedPicture(received, { icc: icc! }, file);
  expect(warnings).toEqual(['The result has 16 bits per channel; it was saved with 8.']);
});
