import path from 'node:path';
import { mainPicture, type ResultRow } from '../../batch/rows/result-row.js';
import { figuresOf } from '../../study/sweep/figures.js';
import { sheetName } from '../../study/sweep/files.js';
import { combinations, countCells, type GridAxis } from '../../study/sweep/grid.js';
import type { MeasuredCell } from '../../study/measured.js';
import { writeContactSheet, type SheetCell } from '../contact-sheet.js';
import { whatHappened } from '../what-happened.js';
import { sharedText } from './shared.js';
import { numberText, shareText } from './tables.js';

/** Nobody looks through more sheets. */
export const MOST_SHEETS = 50;

export interface Sheets {
  /** Absolute paths. */
  files: string[];
  /** Combinations of further axes without a sheet. */
  leftOut: number;
}

/**
 * Writes the contact sheets of a sweep: the first axis as columns, the second as rows, one sheet per
 * combination of the further ones.
 *
 * @param outDir absolute
 * @throws the system's error
 */
export async function writeSweepSheets(
  {
    title,
    sandbox,
    axes,
    cells,
  }: { title: string; sandbox: boolean; axes: readonly GridAxis[]; cells: readonly MeasuredCell[] },
  outDir: string,
): Promise<Sheets> {
  const [across, down, ...further] = axes;
  if (across === undefined) return { files: [], leftOut: 0 };
  const places = new Map(cells.map((measured) => [keyOf(measured.cell.at, axes), measured]));
  const count = countCells(further.map(({ values }) => values.length));
  const files: string[] = [];
  for (const chosen of combinations(further.map(({ values }) => values.length))) {
    if (files.length === MOST_SHEETS) break;
    const page = Object.fromEntries(
      further.map(({ name, values }, axis) => [name, values[chosen[axis] ?? 0] ?? '']),
    );
    const file = path.join(outDir, sheetName(files.length, count));
    const cellAt = (column: string, row: string | undefined): SheetCell | undefined => {
      const at = {
        ...page,
        [across.name]: column,
        ...(down === undefined ? {} : { [down.name]: row ?? '' }),
      };
      const measured = places.get(keyOf(at, axes));
      return measured === undefined ? undefined : sheetCell(measured, outDir);
    };
    const rows = down?.values ?? [undefined];
    await writeContactSheet(file, {
      title: [
        ...(sandbox ? ["SANDBOX, not fal's pictures"] : []),
        title,
        ...Object.entries(page).map(([name, value]) => headOf(name, value)),
      ].join(' · '),
      columns: across.values.map((value) => headOf(across.name, value)),
      rows: rows.map((value) => (down === undefined ? '' : headOf(down.name, value ?? ''))),
      cells: rows.map((row) => across.values.map((column) => cellAt(column, row))),
      footer: sharedText(cells),
    });
    files.push(file);
  }
  return { files, leftOut: count - files.length };
}

/** Head of a row or column. A picture's name needs no axis name before it. */
function headOf(axis: string, value: string): string {
  return axis === 'picture' ? value : `${axis} ${value}`;
}

function keyOf(at: Readonly<Record<string, string>>, axes: readonly GridAxis[]): string {
  return JSON.stringify(axes.map(({ name }) => at[name]));
}

function sheetCell(measured: MeasuredCell, outDir: string): SheetCell {
  const { result } = measured;
  const { change, sharpness } = figuresOf(measured);
  const file = mainPicture(result)?.path ?? undefined;
  if (file === undefined) return { path: undefined, note: noteOf(result) };
  const label = change === null ? '' : `change ${shareText(change)}`;
  const more = sharpness === null ? '' : `sharpness ${numberText(sharpness, 2)}`;
  return { path: path.resolve(outDir, file), label: [label, more].filter((text) => text !== '').join(' · ') };
}

function noteOf(result: ResultRow): string {
  return result.state === 'done' ? 'its picture was not kept' : whatHappened(result).message;
}
