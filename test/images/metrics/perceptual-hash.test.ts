import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it, test } from 'vitest';
import { hashDistance, perceptualHash } from '../../../src/images/metrics/perceptual-hash.js';
import { NotAPictureError } from '../../../src/images/picture-errors.js';
import { CHELSEA, COFFEE, plain, ROCKET } from '../../batch/expect/pictures.js';

async function distance(one: Uint8Array, other: Uint8Array): Promise<number> {
  return hashDistance(await perceptualHash(one), await perceptualHash(other));
}

test.each<[what: string, make: () => Promise<Buffer>]>([
  ['half the size', () => sharp(CHELSEA).resize(225).png().toBuffer()],
  ['as a poor JPEG', () => sharp(CHELSEA).jpeg({ quality: 30 }).toBuffer()],
  ['a little blurred', () => sharp(CHELSEA).blur(2).png().toBuffer()],
  ['a little darker', () => sharp(CHELSEA).linear(0.9, 0).png().toBuffer()],
  ['squeezed', () => sharp(CHELSEA).resize(300, 300, { fit: 'fill' }).png().toBuffer()],
])('hardly differs %s', async (_, make) => {
  expect(await distance(CHELSEA, await make())).toBeLessThanOrEqual(6);
});

it('differs in about half of the bits from another picture, and in most from its negative', async () => {
  for (const [one, other] of [
    [CHELSEA, COFFEE],
    [COFFEE, ROCKET],
    [ROCKET, CHELSEA],
  ] as const) {
    expect(await distance(one, other)).toBeGreaterThan(16);
  }
  expect(await distance(CHELSEA, await sharp(CHELSEA).negate().png().toBuffer())).toBeGreaterThan(56);
});

it('is the same for all even colours, however they are compressed', async () => {
  const black = await plain([0, 0, 0]).png().toBuffer();
  expect(await perceptualHash(black)).toBe(0n);
  expect(await distance(black, await plain([255, 255, 255]).jpeg().toBuffer())).toBe(0);
  expect(await distance(black, await plain([180, 40, 90]).webp({ quality: 40 }).toBuffer())).toBe(0);
});

it('does not depend on how the picture lies in the file', async () => {
  const turned = await sharp(CHELSEA).rotate(90).png().toBuffer();
  expect(await distance(CHELSEA, turned)).toBeGreaterThan(16);
  const marked = await sharp(turned).withMetadata({ orientation: 8 }).png().toBuffer();
  expect(await distance(CHELSEA, marked)).toBeLessThanOrEqual(2);
});

it('refuses what is no picture', async () => {
  await expect(perceptualHash(Buffer.from('<svg/>'))).rejects.toThrow(NotAPictureError);
});

const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

it('counts the bits that differ, the same from either side', () => {
  expect(hashDistance(0n, 2n ** 64n - 1n)).toBe(64);
  fc.assert(
    fc.property(hash, hash, fc.bigInt({ min: 0n, max: 63n }), (one, other, bit) => {
      expect(hashDistance(one, one)).toBe(0);
      expect(hashDistance(one, one ^ (1n << bit))).toBe(1);
      expect(hashDistance(one, other)).toBe(hashDistance(other, one));
    }),
  );
});
