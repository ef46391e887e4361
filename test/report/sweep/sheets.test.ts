import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { MOST_SHEETS, writeSweepSheets } from '../../../src/report/sweep/sheets.js';
import type { MeasuredCell } from '../../../src/study/measured.js';
import { tempDir } from '../../support/temp-dir.js';
import { resultImage } from '../rows.js';
import { measuredCell } from '../../study/sweep/cells.js';

function axis(name: string, count: number) {
  return { name, values: Array.from({ length: count }, (_, index) => String(index)) };
}

function withPicture(cell: MeasuredCell, file: string): MeasuredCell {
  return { ...cell, result: { ...cell.result, images: [resultImage(file)] } };
}

it('has a sheet for each combination of further axes, and tells how many are left out', async () => {
  const folder = await tempDir();
  const axes = [axis('a', 2), axis('b', 1), axis('c', 30), axis('d', 2)];
  const { files, leftOut } = await writeSweepSheets({ title: 'x', sandbox: false, axes, cells: [] }, folder);
  expect([files.length, leftOut]).toEqual([MOST_SHEETS, 10]);
  expect(files[0]).toBe(path.join(folder, 'sheet-1.png'));
  expect((await readdir(folder)).sort()).toEqual(files.map((file) => path.basename(file)).sort());
});

it('shows each picture at its place', async () => {
  const folder = await tempDir();
  const colours = ['#c00000', '#00c000', '#0000c0', '#c0c000'];
  const cells: MeasuredCell[] = [];
  for (const [index, background] of colours.entries()) {
    const create = { width: 320, height: 320, channels: 3 as const, background };
    await writeFile(path.join(folder, `${index}.png`), await sharp({ create }).png().toBuffer());
    const at = { a: String(index % 2), b: String(Math.floor(index / 2)) };
    cells.push(withPicture(measuredCell(at, { change: 0.1 }), `${index}.png`));
  }
  const { files } = await writeSweepSheets(
    { title: 'x', sandbox: false, axes: [axis('a', 2), axis('b', 2)], cells },
    folder,
  );
  expect(files).toEqual([path.join(folder, 'sheet.png')]);
  const { data, info } = await sharp(files[0]).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  /** Where the middle of a colour is, as shares of the sheet. */
  const middleOf = (colour: string) => {
    const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    let [x, y, count] = [0, 0, 0];
    for (let pixel = 0; pixel < info.width * info.height; pixel++) {
      if (wanted.some((part, channel) => data[pixel * 3 + channel] !== part)) continue;
      x += pixel % info.width;
      y += Math.floor(pixel / info.width);
      count++;
    }
    expect(count).toBeGreaterThan(50_000);
    return [x / count, y / count] as const;
  };
  const [first, right, below, last] = colours.map(middleOf) as [Place, Place, Place, Place];
  expect(right[0] - first[0]).toBeGreaterThan(320);
  expect(right[1]).toBeCloseTo(first[1], 0);
  expect(below[1] - first[1]).toBeGreaterThan(320);
  expect(below[0]).toBeCloseTo(first[0], 0);
  expect(last).toEqual([expect.closeTo(right[0], 0), expect.closeTo(below[1], 0)]);
});

type Place = readonly [x: number, y: number];
