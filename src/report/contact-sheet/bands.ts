import pLimit from 'p-limit';
import type { Raster } from '../../images/drawn-inside.js';
import { canvas, fill, LINE, paste, textBlock } from './canvas.js';
import { fitted } from './fitted.js';
import type { Layout, Sheet } from './layout.js';
import { INK, LINE_HEIGHT, SOFT_INK, stacked } from './lettering.js';
import { rowBand } from './row.js';

/** Pictures decoded at once: each may have 100 megapixels. */
const AT_ONCE = 2;

/** The sheet from top to bottom, in bands of its full width. The next row is drawn while one is consumed. */
export async function* bandsOf(sheet: Sheet, layout: Layout): AsyncGenerator<Raster> {
  const limit = pLimit(AT_ONCE);
  yield await titleBand(sheet.title, layout);
  const rows = rowsOf(layout);
  const draw = (at: number): Promise<Raster> | undefined => {
    const band = rows[at];
    if (band === undefined) return undefined;
    const drawn = rowBand(sheet, band, layout, limit);
    // The consumer gets the failure when it awaits the band; until then it must not count as unhandled.
    drawn.catch(() => undefined);
    return drawn;
  };
  let next = draw(0);
  for (const [at, { row, from }] of rows.entries()) {
    const drawn = next;
    next = draw(at + 1);
    if (row === 0) yield await columnHeads(sheet.columns, from, layout);
    if (drawn !== undefined) yield await drawn;
  }
  yield await footerBand(sheet.footer ?? '', layout);
}

/** Parts of rows, in drawing order. */
function rowsOf({ columns, across, rows }: Layout): { row: number; from: number }[] {
  const parts = Math.ceil(columns / across);
  return Array.from({ length: parts }, (_, part) =>
    Array.from({ length: rows }, (__, row) => ({ row, from: part * across })),
  ).flat();
}

async function titleBand(title: string, layout: Layout): Promise<Raster> {
  const { width, margin, type } = layout;
  const lines = fitted(title, { width: (width - 2 * margin) / type.title, lines: 3 });
  const style = { x: margin, size: type.title, colour: INK, anchor: 'start' } as const;
  const height = Math.round((margin * 4) / 3 + lines.length * type.title * LINE_HEIGHT);
  return textBlock({ width, height }, stacked(lines, { ...style, top: margin }));
}

async function columnHeads(
  columns: readonly string[],
  from: number,
  { width, margin, headWidth, pitch, padding, across, type }: Layout,
): Promise<Raster> {
  const heads = columns
    .slice(from, from + across)
    .map((text) => fitted(text, { width: (pitch - 2 * padding) / type.head, lines: 2 }));
  const most = heads.reduce((lines, head) => Math.max(lines, head.length), 0);
  const space = Math.round(type.head * 0.6);
  const step = type.head * LINE_HEIGHT;
  const height = Math.round(most * step + (most === 0 ? 1 : 2) * space);
  const band = canvas(width, height);
  for (const [index, lines] of heads.entries()) {
    // Heads are aligned at the bottom: their last lines share a baseline.
    const top = space + (most - lines.length) * step;
    const style = { x: pitch / 2, top, size: type.head, colour: INK, anchor: 'middle' } as const;
    const block = await textBlock({ width: pitch, height }, stacked(lines, style));
    paste(band, block, margin + headWidth + index * pitch, 0);
  }
  return band;
}

async function footerBand(footer: string, layout: Layout): Promise<Raster> {
  const { width, margin, tableWidth, type } = layout;
  const lines = fitted(footer, { width: (width - 2 * margin) / type.label, lines: 3 });
  const top = margin / 2;
  const style = { x: margin, top, size: type.label, colour: SOFT_INK, anchor: 'start' } as const;
  const height = Math.round((margin * 4) / 3 + lines.length * type.label * LINE_HEIGHT);
  const band = await textBlock({ width, height }, stacked(lines, style));
  fill(band, { x: margin, y: 0, width: tableWidth, height: 1 }, LINE);
  return band;
}
