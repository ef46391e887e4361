import { bandsOf } from './contact-sheet/bands.js';
import { layoutOf, type Sheet } from './contact-sheet/layout.js';
import { writePng } from './contact-sheet/png.js';

export type { Sheet, SheetCell } from './contact-sheet/layout.js';

export interface SheetOptions {
  /** Longest side of a picture, pixels, 16 to 4096; 320 if absent. A smaller picture is not enlarged. */
  cell?: number;
}

/**
 * Writes a labelled contact sheet as a PNG, whole or not at all, replacing a file of that name. It is drawn and
 * written row by row, so that only the disk limits its size. Few programs open pictures wider than 30,000 pixels,
 * so a wider sheet continues below. A missing or damaged picture is replaced by a note.
 *
 * @param file absolute
 * @throws the system's error if it cannot be written, with nothing left behind
 */
export async function writeContactSheet(
  file: string,
  sheet: Sheet,
  { cell = 320 }: SheetOptions = {},
): Promise<void> {
  const layout = layoutOf(sheet, Math.min(4096, Math.max(16, Math.round(cell))));
  await writePng(file, layout.width, bandsOf(sheet, layout));
}
