import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { decoded } from '../../src/images/decode.js';
import { drawnInside } from '../../src/images/drawn-inside.js';
import { decodeHeic } from '../../src/images/heic/decode-heic.js';
import { preparePicture } from '../../src/images/prepare.js';
import { probePicture } from '../../src/images/probe.js';
import { CHELSEA } from './samples.js';

const fileOf = (name: string) => new URL(`../fixtures/pictures/${name}.heic`, import.meta.url);
const heicOf = (name: string): Uint8Array => readFileSync(fileOf(name));
const NO_ROOM = { before: 0, after: 0 };

const rawOf = (bytes: Uint8Array) =>
  decoded(bytes, probePicture(bytes), (picture) => picture.raw().toBuffer({ resolveWithObject: true }));

const prepare = (bytes: Uint8Array) =>
  preparePicture({ kind: 'bytes', bytes, origin: 'file', label: 'IMG_1.HEIC', name: 'IMG_1' }, '--image');

function meanDifference(one: Uint8Array, other: Uint8Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length;
}

test('a HEIC picture is decoded', async () => {
  const { data, info } = await rawOf(heicOf('plain'));
  expect(info).toMatchObject({ width: 64, height: 48, channels: 3 });
  const cat = await sharp(CHELSEA).resize(64, 48, { fit: 'fill' }).raw().toBuffer();
  expect(meanDifference(data, cat)).toBeLessThan(3);
});

test('tiles, rotation and Display P3, as a phone writes them, give the picture that a person sees', async () => {
  const { data, info } = await rawOf(heicOf('phone'));
  expect(info).toMatchObject({ width: 96, height: 128, channels: 3 });
  const cat = sharp(CHELSEA).resize(96, 128, { fit: 'fill' }).modulate({ saturation: 1.6 });
  expect(meanDifference(data, await cat.raw().toBuffer())).toBeLessThan(3);
});

test('transparent pixels are flattened', async () => {
  const picture = await prepare(heicOf('alpha'));
  expect(picture.converted).toBe('flattened on white, HEIC → JPEG');
  const pixels = await sharp(picture.bytes).raw().toBuffer();
  expect([...pixels.subarray(0, 3)]).toEqual([255, 255, 255]);
});

test('one is uploaded as a JPEG', async () => {
  const picture = await prepare(heicOf('phone'));
  expect(picture).toMatchObject({ format: 'jpeg', width: 96, height: 128, fileName: 'IMG_1.jpg' });
  expect(picture.converted).toMatch(/ → sRGB, HEIC → JPEG$/);
  expect(picture.warnings).toEqual([]);
});

test('one is drawn in previews', async () => {
  const box = { width: 48, height: 64 };
  expect(await drawnInside(fileOf('phone').pathname, box)).toMatchObject(box);
});

describe('a HEIC file that cannot be decoded', () => {
  it('is refused by name, without a word from libheif on the console', async () => {
    const whole = heicOf('plain');
    const broken = Buffer.from(whole);
    broken.fill(0xa5, whole.length - 2425);
    await expect(prepare(broken)).rejects.toThrow(/^--image: "IMG_1.HEIC" cannot be decoded \(/);
  });

  it('is given up after a while', async () => {
    await expect(decodeHeic(heicOf('phone'), NO_ROOM, undefined, 1)).rejects.toThrow(
      'cannot be decoded (it took more than 0.001 seconds)',
    );
  });
});

test('an abort ends the decoding', async () => {
  const controller = new AbortController();
  const decoding = decodeHeic(heicOf('phone'), NO_ROOM, controller.signal);
  controller.abort(new Error('stopped'));
  await expect(decoding).rejects.toThrow('stopped');
  await expect(decodeHeic(heicOf('phone'), NO_ROOM, controller.signal)).rejects.toThrow('stopped');
});
