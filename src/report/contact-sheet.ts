import { bandsOf } from './contact-sheet/bands.js';
import { layoutOf } from './contact-sheet/layout.js';
import { lettering } from './contact-sheet/lettering.js';
import { writePng } from './contact-sheet/png.js';

/** What stands in one place of a sheet. Its texts may be foreign. */
export interface SheetCell {
  /** Absolute; undefined for a cell without a picture. */
  path: string | undefined;
  /** Why there is no picture; in its place. */
  note?: string;
  /** Beneath the picture, on one line. */
  label?: string;
}

/** Pictures in rows and columns. Its texts may be foreign; what does not fit is cut with an ellipsis. */
export interface Sheet {
  title: string;
  /** Above each column. */
  columns: string[];
  /** To the left of each row. */
  rows: string[];
  /** Row by row; undefined for a place that is left blank. */
  cells: (SheetCell | undefined)[][];
  footer?: string;
}

export interface SheetOptions {
  /** Longest side of a picture, pixels, 16 to 4096; 320 if absent. A smaller picture is not enlarged. */
  cell?: number;
}

/**
 * Writes a labelled contact sheet as a PNG, whole or not at all; a file of that name is replaced. It is drawn and
 * written row by row, so that its size is limited by the disk alone. What would be wider than 30,000 pixels, which
 * hardly a program opens, goes on below. A picture that is missing or damaged has a note in its place.
 *
 * @param file absolute
 * @throws the system's error where it cannot be written, with nothing left behind
 */
export async function writeContactSheet(
  file: string,
  sheet: Sheet,
  { cell = 320 }: SheetOptions = {},
): Promise<void> {
  const letters = await lettering();
  const layout = layoutOf(sheet, Math.min(4096, Math.max(16, Math.round(cell))), letters);
  await writePng(file, layout.width, bandsOf(sheet, layout, letters));
}
