import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { changeBetween } from '../../../src/images/metrics/change.js';
import {
  DamagedPictureError,
  NotAPictureError,
  PictureError,
  UnreadablePictureError,
} from '../../../src/images/picture-errors.js';
import { CHELSEA, COFFEE, plain, pngOf, ROCKET } from '../../batch/expect/pictures.js';
import { claimingPng } from '../samples.js';

const EXAMPLES = { 'chelsea.png': CHELSEA, 'coffee.png': COFFEE, 'rocket.jpg': ROCKET };

describe.each(Object.entries(EXAMPLES))('%s', (_, picture) => {
  const blurred = (sigma: number) => sharp(picture).blur(sigma).png().toBuffer();

  it('has not changed where it is equal, whatever the file', async () => {
    expect(await changeBetween(picture, picture)).toBe(0);
    expect(await changeBetween(picture, await sharp(picture).png().toBuffer())).toBe(0);
    expect(await changeBetween(await sharp(picture).webp({ lossless: true }).toBuffer(), picture)).toBe(0);
  });

  it('changes hardly by compression or another size', async () => {
    const { width } = await sharp(picture).metadata();
    const others = [
      await sharp(picture).jpeg({ quality: 92 }).toBuffer(),
      await sharp(picture)
        .resize(Math.round(width / 2))
        .png()
        .toBuffer(),
      await sharp(picture)
        .resize(width * 2)
        .png()
        .toBuffer(),
      await sharp(picture).resize(640, 640, { fit: 'fill' }).png().toBuffer(),
    ];
    for (const other of others) expect(await changeBetween(picture, other)).toBeLessThan(0.08);
  });

  it('changes the more, the stronger it is blurred, and most where it is inverted', async () => {
    const changes = [0];
    for (const sigma of [1, 2, 4, 8]) changes.push(await changeBetween(picture, await blurred(sigma)));
    changes.push(await changeBetween(picture, await sharp(picture).negate().png().toBuffer()));
    expect(changes).toEqual([...changes].sort((a, b) => a - b));
    expect(new Set(changes).size).toBe(changes.length);
    expect(changes.at(-1)).toBeGreaterThan(0.8);
  });
});

test('another picture is a great change, whichever of the two is the input', async () => {
  expect(await changeBetween(CHELSEA, COFFEE)).toBeGreaterThan(0.7);
  expect(await changeBetween(COFFEE, CHELSEA)).toBeGreaterThan(0.7);
});

describe('EXIF orientation is no change', () => {
  /** How the picture must lie in the file for a viewer who heeds the orientation. */
  const STORED: [orientation: number, turn: number, mirror: boolean][] = [
    [2, 0, true],
    [3, 180, false],
    [4, 180, true],
    [5, 270, true],
    [6, 270, false],
    [7, 90, true],
    [8, 90, false],
  ];

  test.each(STORED)('%i', async (orientation, turn, mirror) => {
    const mirrored = mirror ? await sharp(CHELSEA).flop().png().toBuffer() : CHELSEA;
    const turned = await sharp(mirrored).rotate(turn).png().toBuffer();
    const marked = await sharp(turned).withMetadata({ orientation }).png().toBuffer();
    expect(await changeBetween(CHELSEA, turned)).toBeGreaterThan(0.5);
    expect(await changeBetween(CHELSEA, marked)).toBeLessThan(0.01);
    expect(await changeBetween(marked, CHELSEA)).toBeLessThan(0.01);
  });
});

test('what is transparent is white', async () => {
  const clear = await plain([0, 0, 0, 0]).png().toBuffer();
  const white = await plain([255, 255, 255]).png().toBuffer();
  const black = await plain([0, 0, 0]).png().toBuffer();
  expect(await changeBetween(clear, white)).toBe(0);
  expect(await changeBetween(clear, black)).toBeGreaterThan(0.9);
});

test.each([
  [1, 1],
  [3, 2],
  [10, 11],
  [11, 10],
  [1, 700],
  [3000, 2],
])('%i x %i pixels are enough', async (width, height) => {
  const black = await plain([0, 0, 0], width, height).png().toBuffer();
  const white = await plain([255, 255, 255], width, height).png().toBuffer();
  expect(await changeBetween(black, black)).toBe(0);
  expect(await changeBetween(black, white)).toBeGreaterThan(0.9);
});

const smallPicture = fc
  .tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 16 }))
  .chain(([width, height]) => {
    const length = width * height * 3;
    const values = fc.uint8Array({ minLength: length, maxLength: length });
    return values.map((pixels) => ({ pixels, width, height }));
  });

it('lies between 0 and 1 to four digits, and is 0 for a picture and itself', async () => {
  await fc.assert(
    fc.asyncProperty(smallPicture, smallPicture, async (one, other) => {
      const [a, b] = [
        await pngOf(one.pixels, one.width, one.height),
        await pngOf(other.pixels, other.width, other.height),
      ];
      const change = await changeBetween(a, b);
      expect(change).toBeGreaterThanOrEqual(0);
      expect(change).toBeLessThanOrEqual(1);
      expect(Number(change.toFixed(4))).toBe(change);
      expect(await changeBetween(a, a)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test.each<[what: string, bytes: Uint8Array, error: new (problem: string) => PictureError]>([
  ['text', Buffer.from('hello'), NotAPictureError],
  [
    'a drawing',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    NotAPictureError,
  ],
  ['half a picture', CHELSEA.subarray(0, 5000), DamagedPictureError],
  ['a whole file with broken pixels', claimingPng(48, 32), DamagedPictureError],
  ['a bomb', claimingPng(60_000, 60_000), UnreadablePictureError],
])('%s is refused on either side', async (_, bytes, error) => {
  await expect(changeBetween(bytes, CHELSEA)).rejects.toThrow(error);
  await expect(changeBetween(CHELSEA, bytes)).rejects.toThrow(error);
});
