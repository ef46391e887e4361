/* What a model gets of an upload, by a reader that shares no code with sharp, against what a person sees. */
import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decoded } from '../../src/images/decode.js';
import { preparePicture } from '../../src/images/prepare.js';
import { probePicture } from '../../src/images/probe.js';
import { lacksPillow, readByPillow } from '../support/other-readers.js';
import { CHELSEA, SAMPLES } from './samples.js';

const FIXTURES = new URL('../fixtures/pictures/', import.meta.url);
const files = readdirSync(FIXTURES).map((name) => [name, readFileSync(new URL(name, FIXTURES))] as const);
const vivid = () => sharp(CHELSEA).resize(96, 64, { fit: 'fill' }).modulate({ saturation: 1.6 });
const UNREADABLE = ['heic', 'float tiff'];
const PICTURES: (readonly [name: string, bytes: Uint8Array])[] = [
  ...Object.entries(SAMPLES).filter(([name]) => !UNREADABLE.includes(name)),
  ...files,
  ['P3 JPEG', await vivid().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()],
  ['P3 16-bit PNG', await vivid().withIccProfile('p3').toColourspace('rgb16').png().toBuffer()],
  ['16-bit grey PNG', await vivid().toColourspace('grey16').png().toBuffer()],
];

const prepare = (bytes: Uint8Array) =>
  preparePicture({ kind: 'bytes', bytes, origin: 'file', label: 'x', name: 'x' }, '--image');

describe.skipIf(lacksPillow)('An upload as fal reads it', () => {
  it('has the shape and the colours that a person sees', async () => {
    const uploads = [];
    for (const [, bytes] of PICTURES) uploads.push(await prepare(bytes));
    const read = await readByPillow(uploads.map(({ bytes }) => bytes));
    const rows = [];
    for (const [index, [name, bytes]] of PICTURES.entries()) {
      const plain = read[index]!;
      if (plain instanceof Error) throw new Error(`${name}: ${plain.message}`);
      const seen = await decoded(bytes, probePicture(bytes), (picture) =>
        picture.raw().toBuffer({ resolveWithObject: true }),
      );
      const { width, height } = seen.info;
      const isSame = plain.width === width && plain.height === height;
      const sum = plain.pixels.reduce((total, value, at) => total + Math.abs(value - seen.data[at]!), 0);
      // A lossy picture is encoded with loss once more.
      const most = probePicture(bytes).lossy ? 3 : 1.5;
      rows.push({ name, isSame, mean: isSame ? sum / plain.pixels.length : Infinity, most });
    }
    expect(rows.filter(({ isSame, mean, most }) => !isSame || mean > most)).toEqual([]);
  });

  it('has neither alpha nor more than 8 bits', async () => {
    const uploads = await Promise.all(PICTURES.map(async ([, bytes]) => (await prepare(bytes)).bytes));
    const modes = (await readByPillow(uploads)).map((picture) =>
      picture instanceof Error ? '' : picture.mode,
    );
    expect([...new Set(modes)].filter((mode) => !['RGB', 'L', 'P', '1'].includes(mode))).toEqual([]);
  });
});
