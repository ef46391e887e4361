import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { measurePicture, type PictureMetrics } from '../../../src/images/metrics/measure.js';
import { DamagedPictureError, NotAPictureError } from '../../../src/images/picture-errors.js';
import { CHELSEA, COFFEE, plain, ROCKET } from '../../batch/expect/pictures.js';
import { claimingPng, heic } from '../samples.js';

const blurred = (sigma: number) => sharp(CHELSEA).blur(sigma).png().toBuffer();

describe.each(Object.entries({ CHELSEA, COFFEE, ROCKET }))('%s', (_, picture) => {
  it('differs from itself in nothing', async () => {
    const { width, height } = await sharp(picture).metadata();
    expect(await measurePicture(picture, picture)).toEqual({
      change: 0,
      hashDistance: 0,
      colourShift: 0,
      sharpness: expect.any(Number),
      width,
      height,
      bytes: picture.length,
    });
  });
});

it('differs the more and is the less sharp, the stronger it is blurred', async () => {
  const metrics = [await measurePicture(CHELSEA, CHELSEA)];
  for (const sigma of [1, 2, 4, 8]) metrics.push(await measurePicture(await blurred(sigma), CHELSEA));
  const strictly = (values: (number | null)[]) =>
    values.every((value, at) => value! > (values[at - 1] ?? -1));
  expect(strictly(metrics.map(({ change }) => change))).toBe(true);
  expect(strictly(metrics.map(({ sharpness }) => sharpness).reverse())).toBe(true);
  for (const { hashDistance, colourShift } of metrics) {
    expect(hashDistance).toBeLessThanOrEqual(10);
    expect(colourShift).toBeLessThan(1);
  }
});

// The reference values are those of CIE L*a*b* under D65.
test.each<[result: [number, number, number], input: [number, number, number], shift: number]>([
  [[0, 0, 0], [255, 255, 255], 100],
  [[255, 0, 0], [0, 0, 0], 117.34],
  [[119, 119, 119], [120, 120, 120], 0.39],
])('the colours %j and %j are %d apart', async (result, input, shift) => {
  const [one, other] = [await plain(result).png().toBuffer(), await plain(input).png().toBuffer()];
  const there = (await measurePicture(one, other)).colourShift!;
  expect(Math.abs(there - shift)).toBeLessThan(0.2);
  expect((await measurePicture(other, one)).colourShift).toBe(there);
});

it('is the same from either side where the sizes are equal', async () => {
  const other = await sharp(COFFEE).resize(451, 300, { fit: 'fill' }).png().toBuffer();
  const difference = ({ change, hashDistance, colourShift }: PictureMetrics) => ({
    change,
    hashDistance,
    colourShift,
  });
  const there = difference(await measurePicture(CHELSEA, other));
  expect(difference(await measurePicture(other, CHELSEA))).toEqual(there);
  expect(there.change).toBeGreaterThan(0.5);
  expect(there.hashDistance).toBeGreaterThan(16);
  expect(there.colourShift).toBeGreaterThan(5);
});

it('looks at a picture upright', async () => {
  const turned = await sharp(CHELSEA).rotate(270).png().toBuffer();
  const marked = await sharp(turned).withMetadata({ orientation: 6 }).png().toBuffer();
  const metrics = await measurePicture(marked, CHELSEA);
  expect(metrics).toMatchObject({ width: 451, height: 300, bytes: marked.length });
  expect(metrics.change).toBeLessThan(0.01);
  expect(metrics.hashDistance).toBeLessThanOrEqual(2);
  expect(metrics.colourShift).toBeLessThan(0.1);
});

test.each<[what: string, input: Uint8Array | undefined]>([
  ['is not here', undefined],
  ['is no picture', Buffer.from('hello')],
  ['cannot be decoded', heic()],
  ['is broken', claimingPng(48, 32)],
])('where the input %s, the result is still measured', async (_, input) => {
  expect(await measurePicture(CHELSEA, input)).toEqual({
    ...(await measurePicture(CHELSEA, CHELSEA)),
    change: null,
    hashDistance: null,
    colourShift: null,
  });
});

it('finds nothing sharp in one even colour, and a single pixel is enough', async () => {
  const pixel = await plain([9, 9, 9], 1, 1).png().toBuffer();
  expect(await measurePicture(pixel, pixel)).toMatchObject({ change: 0, sharpness: 0, width: 1, height: 1 });
});

it('refuses a result that is no picture or is broken', async () => {
  await expect(measurePicture(Buffer.from('hello'), CHELSEA)).rejects.toThrow(NotAPictureError);
  await expect(measurePicture(claimingPng(48, 32), CHELSEA)).rejects.toThrow(DamagedPictureError);
});
