import type { Raster } from '../../images/drawn-inside.js';
import { canvas, paste, textBlock } from './canvas.js';
import { fitted } from './fitted.js';
import type { Layout, SheetCell } from './layout.js';
import { SOFT_INK, type TextLine } from './lettering.js';

/** Approximate width of labels drawn together, pixels: singly they take 50% longer; a drawing has at most 32,767. */
const TOGETHER = 3000;

/** Pixels beneath the pictures of a row; 0 if no cell of the sheet has a label. */
export function labelHeight({ labelled, type }: Layout): number {
  return labelled ? Math.round(type.label * 1.8) : 0;
}

/** The labels of a row of cells, as wide as the row. */
export async function labelsBlock(
  cells: readonly (SheetCell | undefined)[],
  layout: Layout,
): Promise<Raster> {
  const { pitch } = layout;
  const height = labelHeight(layout);
  const row = canvas(cells.length * pitch, height);
  if (height === 0) return row;
  const together = Math.max(1, Math.floor(TOGETHER / pitch));
  for (let from = 0; from < cells.length; from += together) {
    const some = cells.slice(from, from + together);
    const lines = some.flatMap((cell, index) => labelLine(cell?.label ?? '', index, layout));
    paste(row, await textBlock({ width: some.length * pitch, height }, lines), from * pitch, 0);
  }
  return row;
}

function labelLine(label: string, index: number, { pitch, cell, type }: Layout): TextLine[] {
  const [text] = fitted(label, { width: cell / type.label, lines: 1 });
  if (text === undefined) return [];
  const point = { x: (index + 0.5) * pitch, baseline: Math.round(type.label * 1.1) };
  return [{ ...point, text, size: type.label, colour: SOFT_INK, anchor: 'middle' }];
}
