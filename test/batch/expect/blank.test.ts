import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { isBlank } from '../../../src/batch/expect/blank.js';
import { pixelsOf } from '../../../src/images/pixels.js';
import { CHELSEA, COFFEE, plain, ROCKET } from './pictures.js';

const blank = async (bytes: Uint8Array) => isBlank(await pixelsOf(bytes));

const noise = (mean: number, sigma: number): Sharp =>
  sharp({
    create: {
      width: 256,
      height: 256,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean, sigma },
    },
  });

const square = (side: number, background: string) => ({
  create: { width: side, height: side, channels: 4 as const, background },
});

const black = (): Sharp => plain([0, 0, 0]);

/** Black ink on nothing: only its alpha has a shape. */
const ink = (): Sharp => plain([0, 0, 0, 0]).composite([{ input: square(20, '#000') }]);

test.each<[what: string, picture: Sharp]>([
  ['black', black()],
  ['white', plain([255, 255, 255])],
  ['grey', plain([128, 128, 128])],
  ['one colour', plain([200, 30, 90])],
  ['one pixel', plain([200, 30, 90], 1, 1)],
  ['nothing at all', plain([10, 200, 30, 0])],
  ['half transparent', plain([10, 200, 30, 0.5])],
  ['a large one', plain([90, 90, 90], 2000, 1500)],
  ['black with a little noise', noise(1, 2)],
  ['black with one spot', black().composite([{ input: square(4, '#777') }])],
  ['grey with hardly any noise', noise(128, 1)],
  ['grey in 16 bits', plain([128, 128, 128]).toColourspace('rgb16')],
  ['grey in one channel', plain([128, 128, 128]).toColourspace('b-w')],
])('blank: %s', async (_, picture) => {
  expect(await blank(await picture.clone().png().toBuffer())).toBe(true);
  expect(await blank(await picture.clone().jpeg({ quality: 60 }).toBuffer())).toBe(true);
});

test.each<[what: string, picture: Sharp]>([
  ['a cat', sharp(CHELSEA)],
  ['a coffee', sharp(COFFEE)],
  ['a rocket at night', sharp(ROCKET)],
  ['the cat in grey', sharp(CHELSEA).greyscale().toColourspace('b-w')],
  ['noise', noise(128, 30)],
  ['dark noise', noise(20, 10)],
  ['ink on nothing', ink()],
  ['a gradient in one channel', sharp(CHELSEA).linear([0, 1, 0], [0, 0, 0])],
])('not blank: %s', async (_, picture) => {
  expect(await blank(await picture.png().toBuffer())).toBe(false);
});
