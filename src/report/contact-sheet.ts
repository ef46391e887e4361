import { bandsOf } from './contact-sheet/bands.js';
import { layoutOf, type Sheet } from './contact-sheet/layout.js';
import { writePng } from './contact-sheet/png.js';

export type { Sheet, SheetCell } from './contact-sheet/layout.js';

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
  const layout = layoutOf(sheet, Math.min(4096, Math.max(16, Math.round(cell))));
  await writePng(file, layout.width, bandsOf(sheet, layout));
}
