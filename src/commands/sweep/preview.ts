import path from 'node:path';
import type { Context } from '../../context.js';
import { grouped } from '../../study/grouped.js';
import type { MeasuredCell } from '../../study/measured.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import { SEED_AXIS } from '../../study/sweep/groups.js';
import { editsPreview, type EditedPicture } from '../edits-preview.js';

/**
 * The picture beside its results over the first axis, a line for each setting of the others, with the first seed;
 * empty if the terminal shows no pictures.
 *
 * @param outDir absolute
 */
export async function sweepPreview(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  outDir: string,
  context: Pick<Context, 'stdout' | 'env'>,
): Promise<string> {
  const [across, ...others] = axes;
  const seed = axes.find(({ name }) => name === SEED_AXIS && name !== across?.name)?.values[0];
  const measured = cells.filter(
    ({ cell, metrics }) => metrics !== null && (seed === undefined || cell.at[SEED_AXIS] === seed),
  );
  const lines = grouped(measured, ({ cell }) => JSON.stringify(others.map(({ name }) => cell.at[name])));
  const pictures = [...lines.values()].map((line) => pictureOf(line, across));
  const { text, left } = await editsPreview(pictures, outDir, context);
  return left > 0 ? `${text}… and ${left} more on the page\n` : text;
}

function pictureOf(line: readonly MeasuredCell[], across: GridAxis | undefined): EditedPicture {
  return {
    name: path.basename(line[0]?.result.inputs[0] ?? ''),
    edits: line.map(({ cell, result }) => ({
      name: across === undefined ? cell.id : `${across.name} ${cell.at[across.name] ?? ''}`,
      result,
    })),
  };
}
