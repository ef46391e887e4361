import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { writeContactSheet, type Sheet, type SheetOptions } from '../../src/report/contact-sheet.js';
import { SAMPLES } from '../images/samples.js';
import { tempDir } from '../support/temp-dir.js';

const CHELSEA = fileURLToPath(new URL('../../examples/chelsea.png', import.meta.url));
const EMPTY: Sheet = { title: '', columns: [], rows: [], cells: [] };

interface Drawn {
  width: number;
  height: number;
  /** The colour of a pixel. */
  at: (x: number, y: number) => number[];
  /** How many pixels are of that colour, or within so much of it. */
  count: (colour: readonly number[], within?: number) => number;
}

async function drawn(sheet: Partial<Sheet>, options: SheetOptions = {}): Promise<Drawn> {
  const file = path.join(await tempDir(), 'sheet.png');
  await writeContactSheet(file, { ...EMPTY, ...sheet }, options);
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  const { width, height } = info;
  const at = (x: number, y: number) =>
    Array.from(data.subarray((y * width + x) * 3, (y * width + x + 1) * 3));
  const count = (colour: readonly number[], within = 0) => {
    let found = 0;
    for (let pixel = 0; pixel < data.length; pixel += 3) {
      if (colour.every((value, index) => Math.abs(value - data[pixel + index]!) <= within)) found++;
    }
    return found;
  };
  return { width, height, at, count };
}

async function plainFile(background: string, width: number, height: number): Promise<string> {
  const file = path.join(await tempDir(), 'plain.png');
  await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toFile(file);
  return file;
}

const RED = [255, 0, 0];
const NOTE_GROUND = [244, 245, 246];
const INK = [31, 35, 40];

describe('pictures', () => {
  test.each<[width: number, height: number, shown: number]>([
    [640, 320, 160 * 80],
    [320, 640, 80 * 160],
    [500, 500, 160 * 160],
    // Not enlarged.
    [40, 20, 40 * 20],
  ])('of %i x %i keep their proportions inside a cell of 160', async (width, height, shown) => {
    const cells = [[{ path: await plainFile('#ff0000', width, height) }]];
    expect((await drawn({ cells }, { cell: 160 })).count(RED)).toBe(shown);
  });

  it('stand in their places, rows as high as their highest picture', async () => {
    const [low, high] = [await plainFile('#ff0000', 160, 20), await plainFile('#00ff00', 160, 160)];
    const cell = 160;
    const one = await drawn({ cells: [[{ path: low }, { path: low }, undefined]] }, { cell });
    const two = await drawn({ cells: [[{ path: low }, { path: low }], [{ path: high }]] }, { cell });
    expect(one.count(RED)).toBe(2 * 160 * 20);
    expect(two.count(RED)).toBe(2 * 160 * 20);
    expect(two.count([0, 255, 0])).toBe(160 * 160);
    expect(two.height - one.height).toBeGreaterThan(160);
    expect(two.height - one.height).toBeLessThan(200);
  });

  test.each(['turned jpeg', 'grey png', '16-bit png', 'cmyk jpeg', 'alpha webp', 'animated gif'] as const)(
    'in any form: %s',
    async (name) => {
      const file = path.join(await tempDir(), 'picture');
      await writeFile(file, SAMPLES[name]);
      const sheet = await drawn({ cells: [[{ path: file }]] }, { cell: 64 });
      expect(sheet.count(NOTE_GROUND)).toBeLessThan(20);
      const grounds = sheet.count([255, 255, 255]) + sheet.count([222, 222, 222]);
      expect(sheet.width * sheet.height - grounds).toBeGreaterThan(1000);
    },
  );

  test.each<[what: string, make: (file: string) => Promise<unknown>]>([
    ['missing', () => Promise.resolve()],
    ['empty', (file) => writeFile(file, '')],
    ['a folder', (file) => mkdir(file)],
    ['half a picture', async (file) => writeFile(file, (await readFile(CHELSEA)).subarray(0, 9000))],
    [
      'a drawing',
      (file) => writeFile(file, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
  ])('that are %s have a note in their place', async (_, make) => {
    const file = path.join(await tempDir(), 'picture.png');
    await make(file);
    const sheet = await drawn({ cells: [[{ path: file }]] }, { cell: 160 });
    expect(sheet.count(NOTE_GROUND)).toBeGreaterThan(160 * 80 * 0.7);
  });
});

describe('texts', () => {
  const places: [what: string, sheet: (text: string) => Partial<Sheet>][] = [
    ['the title', (title) => ({ title })],
    ['a column head', (text) => ({ columns: [text], cells: [[undefined]] })],
    ['a row head', (text) => ({ rows: [text], cells: [[undefined]] })],
    ['a label', (label) => ({ cells: [[{ path: undefined, label }]] })],
    ['a note', (note) => ({ cells: [[{ path: undefined, note }]] })],
    ['the footer', (footer) => ({ footer })],
  ];

  describe.each(places)('%s', (_, sheet) => {
    it('is drawn', async () => {
      const ink = ({ count }: Drawn) => count(INK, 90);
      expect(ink(await drawn(sheet('WWWWWW')))).toBeGreaterThan(ink(await drawn(sheet('A'))) + 20);
    });

    test.each([
      '</text></svg><script>alert(1)</script>',
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
      '&amp; & &#0; "\' ]]>',
      '\0\u0001\u001b[31m\ud800 half',
      'قطة في ضوء المساء \u202e abc',
      '夕方の暖かい光の中の猫、木版画の風格で描かれたもの'.repeat(20),
      '👩‍👩‍👧‍👦🏳️‍🌈e\u0301'.repeat(80),
      'x'.repeat(100_000),
      ' \n\t ',
    ])('holds %j', async (text) => {
      const { width, height } = await drawn(sheet(text), { cell: 96 });
      expect(width).toBeLessThan(500);
      expect(height).toBeLessThan(400);
    });
  });

  it('is cut and never runs into its neighbour', async () => {
    const label = 'W'.repeat(200);
    const sheet = await drawn({ cells: [[{ path: undefined, label }, undefined]] }, { cell: 160 });
    const onlyWhite = Array.from({ length: sheet.height }, (_, y) => sheet.at(sheet.width - 60, y));
    expect(onlyWhite.every(([red]) => red! > 200)).toBe(true);
  });
});

describe('the file', () => {
  it('is a PNG in place of an older one, in a folder that is made', async () => {
    const file = path.join(await tempDir(), 'a', 'b', 'sheet.png');
    await writeContactSheet(file, EMPTY);
    await writeContactSheet(file, { ...EMPTY, cells: [[{ path: CHELSEA }]] });
    const { format, width } = await sharp(file).metadata();
    expect(format).toBe('png');
    expect(width).toBeGreaterThan(320);
    expect(await readdir(path.dirname(file))).toEqual(['sheet.png']);
  });

  it('is not there, nor a piece of it, where it cannot be written', async () => {
    const folder = await tempDir();
    await mkdir(path.join(folder, 'sheet.png'));
    await expect(writeContactSheet(path.join(folder, 'sheet.png'), EMPTY)).rejects.toThrow(
      /EISDIR|ENOTEMPTY|EPERM/,
    );
    expect(await readdir(folder)).toEqual(['sheet.png']);
  });

  it('may have thousands of cells', async () => {
    const file = path.join(await tempDir(), 'small.png');
    await sharp(CHELSEA).resize(24).png().toFile(file);
    const cells = Array.from({ length: 100 }, () => Array.from({ length: 20 }, () => ({ path: file })));
    const { width, height } = await drawn({ cells }, { cell: 24 });
    expect(width).toBeGreaterThan(20 * 24);
    expect(height).toBeGreaterThan(100 * 16);
  });

  it('goes on below where it would be too wide', async () => {
    const red = await plainFile('#ff0000', 4096, 1);
    const columns = Array.from({ length: 8 }, (_, index) => `column ${index}`);
    const sheet = await drawn(
      { columns, cells: [columns.map((label) => ({ path: red, label }))] },
      { cell: 4096 },
    );
    expect(sheet.width).toBeLessThanOrEqual(30_000);
    expect(sheet.count(RED)).toBe(8 * 4096);
  });
});
