import type { LimitFunction } from 'p-limit';
import { drawnInside, type Raster } from '../../images/drawn-inside.js';
import { canvas, fill, LINE, paste, textBlock } from './canvas.js';
import { fitted } from './fitted.js';
import { labelHeight, labelsBlock } from './labels.js';
import type { Layout, Sheet, SheetCell } from './layout.js';
import { INK, LINE_HEIGHT, SOFT_INK, stacked } from './lettering.js';

/** Background of a note in place of a picture. */
const NOTE_GROUND = '#f4f5f6';

/** A row of a sheet, or the part of it that starts at a column. */
export interface RowPart {
  row: number;
  from: number;
}

/** Draws one row, as high as its tallest picture. */
export async function rowBand(
  sheet: Sheet,
  { row, from }: RowPart,
  layout: Layout,
  limit: LimitFunction,
): Promise<Raster> {
  const { width, margin, tableWidth, headWidth, pitch, padding, across, type } = layout;
  const cells = (sheet.cells[row] ?? []).slice(from, from + across);
  const pictures = await Promise.all(cells.map((cell) => limit(() => drawCell(cell, layout))));
  const head = fitted(sheet.rows[row] ?? '', { width: (headWidth - type.head) / type.head, lines: 4 });
  const least = Math.ceil(Math.max(1, head.length) * type.head * LINE_HEIGHT);
  const high = pictures.reduce((most, picture) => Math.max(most, picture?.height ?? 0), least);
  const left = margin + headWidth;
  const top = 1 + padding;
  const height = top + high + padding + labelHeight(layout);
  const band = canvas(width, height);
  paste(band, await headBlock(head, high, layout), margin, top);
  for (const [index, picture] of pictures.entries()) {
    if (picture === undefined) continue;
    const x = left + index * pitch + Math.floor((pitch - picture.width) / 2);
    paste(band, picture, x, top + Math.floor((high - picture.height) / 2));
  }
  paste(band, await labelsBlock(cells, layout), left, top + high);
  fill(band, { x: margin, y: 0, width: tableWidth, height: 1 }, LINE);
  for (let column = 0; column <= across; column++) {
    fill(band, { x: left + column * pitch, y: 0, width: 1, height }, LINE);
  }
  return band;
}

/** A picture, or a note in its place. */
async function drawCell(cell: SheetCell | undefined, layout: Layout): Promise<Raster | undefined> {
  if (cell?.path === undefined) return noteBlock(cell?.note ?? '', layout);
  const picture = await drawnInside(cell.path, { width: layout.cell, height: layout.cell });
  return picture ?? (await noteBlock(cell.note ?? 'This picture cannot be shown.', layout));
}

/** A note, half as high as a picture may be. */
async function noteBlock(note: string, { cell, type }: Layout): Promise<Raster | undefined> {
  const [width, height] = [cell, Math.round(cell / 2)];
  const step = type.label * LINE_HEIGHT;
  const room = { width: (width * 0.86) / type.label, lines: Math.max(1, Math.floor((height * 0.8) / step)) };
  const lines = fitted(note, room);
  if (lines.length === 0) return undefined;
  const top = (height - lines.length * step) / 2;
  const style = { x: width / 2, top, size: type.label, colour: SOFT_INK, anchor: 'middle' } as const;
  return textBlock({ width, height }, stacked(lines, style), NOTE_GROUND);
}

/** A row head, centred on the height of the pictures. */
async function headBlock(
  lines: readonly string[],
  height: number,
  { headWidth, type }: Layout,
): Promise<Raster> {
  const top = (height - lines.length * type.head * LINE_HEIGHT) / 2;
  const style = { x: 0, top, size: type.head, colour: INK, anchor: 'start' } as const;
  return textBlock({ width: headWidth, height }, stacked(lines, style));
}
