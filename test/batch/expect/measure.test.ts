import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { changeBetween } from '../../../src/images/metrics/change.js';
import type { Expectations } from '../../../src/batch/expect/expectations.js';
import { measure } from '../../../src/batch/expect/measure.js';
import { inputError, InterruptedError } from '../../../src/errors/error.js';
import { claimingPng } from '../../images/samples.js';
import { tempDir } from '../../support/temp-dir.js';
import { CHELSEA, COFFEE, plain, ROCKET } from './pictures.js';

/** Writes pictures into a folder of the test's own. */
async function written(...contents: Uint8Array[]) {
  const folder = await tempDir();
  return Promise.all(
    contents.map(async (bytes, index) => {
      const file = path.join(folder, `${index}.picture`);
      await writeFile(file, bytes);
      return { path: file, index };
    }),
  );
}

const inputOf = (bytes: Uint8Array) => () => Promise.resolve(bytes);

const TURNED = await sharp(CHELSEA).rotate(270).withMetadata({ orientation: 6 }).jpeg().toBuffer();
const BLACK = await plain([0, 0, 0]).png().toBuffer();
const WEBP = await sharp(CHELSEA).webp().toBuffer();
const GIF = await sharp(BLACK).gif().toBuffer();
const BLURRED = await sharp(CHELSEA).blur(4).png().toBuffer();
const blurring = await changeBetween(CHELSEA, BLURRED);

test.each<[what: string, picture: Uint8Array, expected: Expectations, found: unknown, met: boolean]>([
  ['wide enough', CHELSEA, { minWidth: 451 }, 451, true],
  ['too narrow', CHELSEA, { minWidth: 452 }, 451, false],
  ['turned by EXIF: the width that is seen', TURNED, { minWidth: 451 }, 451, true],
  ['just small enough', CHELSEA, { maxBytes: CHELSEA.length }, CHELSEA.length, true],
  ['too large', CHELSEA, { maxBytes: CHELSEA.length - 1 }, CHELSEA.length, false],
  ['png, whatever it is called', CHELSEA, { format: 'png' }, 'png', true],
  ['jpeg', ROCKET, { format: 'jpeg' }, 'jpeg', true],
  ['webp', WEBP, { format: 'webp' }, 'webp', true],
  ['another format', ROCKET, { format: 'png' }, 'jpeg', false],
  ['a format that nobody can ask for', GIF, { format: 'png' }, 'gif', false],
  ['equal, as it may be', CHELSEA, { maxChange: 0 }, 0, true],
  ['equal, as it may not be', CHELSEA, { minChange: 0.01 }, 0, false],
  ['changed just so little', BLURRED, { maxChange: blurring }, blurring, true],
  ['changed too much', BLURRED, { maxChange: blurring - 0.0001 }, blurring, false],
  ['changed just enough', BLURRED, { minChange: blurring }, blurring, true],
  ['changed too little', BLURRED, { minChange: blurring + 0.0001 }, blurring, false],
  ['not blank', CHELSEA, { notBlank: true }, true, true],
  ['blank', BLACK, { notBlank: true }, false, false],
])('%s', async (_, picture, expected, found, met) => {
  const [measured, ...more] = await measure(await written(picture), inputOf(CHELSEA), expected);
  const wanted = Object.values(expected)[0];
  expect(measured).toMatchObject({ wanted, found, met, image: 0 });
  expect(more).toEqual([]);
});

const EVERYTHING: Expectations = {
  notBlank: true,
  minChange: 0.1,
  maxChange: 0.9,
  format: 'png',
  maxBytes: 1_000_000,
  minWidth: 100,
};
const NAMES = ['min_width', 'max_bytes', 'format', 'max_change', 'min_change', 'not_blank'];

describe('several pictures', () => {
  it('are measured in their order, each in the order of the names', async () => {
    const pictures = await written(CHELSEA, BLURRED);
    const given = pictures.map((picture) => ({ ...picture, index: picture.index + 3 })).reverse();
    const measured = await measure(given, inputOf(CHELSEA), EVERYTHING);
    expect(measured.map(({ expectation, image }) => [expectation, image])).toEqual([
      ...NAMES.map((name) => [name, 4]),
      ...NAMES.map((name) => [name, 3]),
    ]);
    expect(measured.filter(({ met }) => !met)).toEqual([
      { expectation: 'min_change', wanted: 0.1, found: 0, met: false, image: 3 },
    ]);
  });

  it('have one input, which is read once', async () => {
    const sizes = await Promise.all([100, 600].map((width) => sharp(CHELSEA).resize(width).png().toBuffer()));
    let reads = 0;
    const input = () => {
      reads++;
      return Promise.resolve(CHELSEA);
    };
    const pictures = await written(CHELSEA, ...sizes, COFFEE, CHELSEA);
    const measured = await measure(pictures, input, { maxChange: 0.1 });
    expect(measured.map(({ met }) => met)).toEqual([true, true, true, false, true]);
    expect(measured.map(({ found }) => found)).toEqual(
      await Promise.all([CHELSEA, ...sizes, COFFEE, CHELSEA].map((output) => changeBetween(CHELSEA, output))),
    );
    expect(reads).toBe(1);
  });

  it('do not stand in for each other where one is damaged', async () => {
    const pictures = await written(CHELSEA.subarray(0, 9000), CHELSEA);
    const measured = await measure(pictures, inputOf(CHELSEA), { minWidth: 100, maxChange: 0.5 });
    expect(measured.map(({ found, met }) => [found, met])).toEqual([
      [null, false],
      [null, false],
      [451, true],
      [0, true],
    ]);
  });
});

describe('nothing is expected', () => {
  test.each<[Expectations]>([[{}], [{ notBlank: false }]])('%j: nothing is read', async (expected) => {
    const input = () => Promise.reject(new InterruptedError('SIGINT'));
    expect(await measure([{ path: '/nowhere/at/all.png', index: 0 }], input, expected)).toEqual([]);
  });

  it('of no picture', async () => {
    expect(await measure([], undefined, EVERYTHING)).toEqual([]);
  });
});

describe('what cannot be measured is a miss', () => {
  const found = async (picture: Uint8Array) => {
    const measured = await measure(await written(picture), inputOf(CHELSEA), EVERYTHING);
    expect(measured.filter((one) => one.found === null && one.met)).toEqual([]);
    return Object.fromEntries(measured.map((one) => [one.expectation, one.found]));
  };
  const UNSEEN = { min_width: null, format: null, max_change: null, min_change: null, not_blank: null };

  test.each<[what: string, picture: Uint8Array]>([
    ['a truncated PNG', CHELSEA.subarray(0, -1)],
    ['a truncated JPEG', ROCKET.subarray(0, 20_000)],
    ['an empty file', Buffer.alloc(0)],
    ['text', Buffer.from('hello')],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="999" height="999"/>')],
  ])('%s: all but its size', async (_, picture) => {
    expect(await found(picture)).toEqual({ ...UNSEEN, max_bytes: picture.length });
  });

  test('a whole file with broken pixels: all that needs them', async () => {
    const broken = claimingPng(480, 320);
    const structure = { min_width: 480, format: 'png', max_bytes: broken.length };
    expect(await found(broken)).toEqual({ ...UNSEEN, ...structure });
  });

  test('a missing file, and a folder', async () => {
    const folder = await tempDir();
    await mkdir(path.join(folder, 'folder.png'));
    for (const name of ['missing.png', 'folder.png']) {
      const measured = await measure([{ path: path.join(folder, name), index: 0 }], undefined, EVERYTHING);
      expect(measured).toHaveLength(6);
      expect(measured.every((one) => one.found === null && !one.met)).toBe(true);
    }
  });

  test.each<[what: string, input: (() => Promise<Uint8Array>) | undefined]>([
    ['that is not here', undefined],
    ['that is no picture', inputOf(Buffer.from('hello'))],
    ['that is cut short', inputOf(CHELSEA.subarray(0, 9000))],
    ['that cannot be read', () => Promise.reject(inputError('--image: "cat.png" does not exist.'))],
  ])('change from an input %s', async (_, input) => {
    const measured = await measure(await written(CHELSEA), input, { ...EVERYTHING, minChange: 0 });
    expect(measured.filter(({ met }) => !met)).toEqual([
      { expectation: 'max_change', wanted: 0.9, found: null, met: false, image: 0 },
      { expectation: 'min_change', wanted: 0, found: null, met: false, image: 0 },
    ]);
  });
});

test('a run that is stopped while the input is read is no miss', async () => {
  const stopped = new InterruptedError('SIGTERM');
  const measuring = measure(await written(CHELSEA), () => Promise.reject(stopped), { maxChange: 1 });
  await expect(measuring).rejects.toBe(stopped);
});
