import sharp from 'sharp';
import { expect, it, test } from 'vitest';
import { changeBetween } from '../../../src/images/metrics/change.js';
import { scatter } from '../../../src/images/metrics/scatter.js';
import { NotAPictureError } from '../../../src/images/picture-errors.js';
import { CHELSEA, COFFEE, plain } from '../../batch/expect/pictures.js';

const small = (picture: Buffer) => sharp(picture).resize(96, 64, { fit: 'fill' }).png().toBuffer();
const CAT = await small(CHELSEA);
const CUP = await small(COFFEE);

test.each([[[]], [[CAT]]])('there is none among fewer than two', async (results) => {
  expect(await scatter(results)).toBeNull();
});

it('is 0 where all are equal, and the change between two', async () => {
  expect(await scatter([CAT, CAT, CAT])).toBe(0);
  expect(await scatter([CAT, CUP])).toBe(await changeBetween(CAT, CUP));
});

it('is the mean over the pairs', async () => {
  const apart = (await scatter([CAT, CUP]))!;
  expect(await scatter([CAT, CAT, CUP])).toBeCloseTo((2 * apart) / 3, 3);
});

it('does not depend on the order, also where the sizes differ', async () => {
  const results = [CAT, await sharp(CUP).resize(48, 40, { fit: 'fill' }).png().toBuffer(), CHELSEA];
  const apart = await scatter(results);
  expect(await scatter(results.toReversed())).toBe(apart);
  expect(await scatter([...results.slice(1), CAT])).toBe(apart);
});

it('looks at ten of many, the first and the last among them', async () => {
  const black = await plain([0, 0, 0], 16, 16).png().toBuffer();
  const broken = Buffer.from('never looked at');
  const many = Array.from({ length: 19 }, (_, index) => (index % 2 === 0 ? black : broken));
  expect(await scatter(many)).toBe(0);
  await expect(scatter([...many.slice(0, -1), broken])).rejects.toThrow(NotAPictureError);
  await expect(scatter([broken, ...many.slice(1)])).rejects.toThrow(NotAPictureError);
});
