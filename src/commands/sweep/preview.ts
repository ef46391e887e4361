import path from 'node:path';
import type { Context } from '../../context.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import { groupsBy, SEED_AXIS } from '../../study/sweep/groups.js';
import type { MeasuredCell } from '../../study/measured.js';

/** Rows of the terminal that a picture with its results takes. */
const ROWS = 14;
/** More fill the screen many times over; the page has them all. */
const MOST_SHOWN = 20;
const DEFAULT_COLUMNS = 80;

/**
 * The picture beside its results over the first axis, a line for each setting of the others, with the first seed;
 * empty where the terminal shows none.
 *
 * @param outDir absolute
 */
export async function sweepPreview(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  outDir: string,
  { stdout, env }: Pick<Context, 'stdout' | 'env'>,
): Promise<string> {
  const { pictureProtocol, previewText } = await import('../../terminal/preview.js');
  const protocol = pictureProtocol(stdout, env);
  if (protocol === 'none') return '';
  const [across, ...others] = axes;
  const seed = axes.find(({ name }) => name === SEED_AXIS && name !== across?.name)?.values[0];
  const shown = cells.filter(
    ({ cell, metrics }) => metrics !== null && (seed === undefined || cell.at[SEED_AXIS] === seed),
  );
  const lines = groupsBy(shown, ({ cell }) => others.map(({ name }) => cell.at[name]));
  const size = { columns: stdout.columns || DEFAULT_COLUMNS, rows: ROWS };
  const texts: string[] = [];
  for (const line of lines.slice(0, MOST_SHOWN)) {
    texts.push(await previewText(picturesOf(line, across, outDir), protocol, size, env));
  }
  const left = lines.length - texts.length;
  return `${texts.join('\n')}${left > 0 ? `… and ${left} more on the page\n` : ''}`;
}

function picturesOf(
  line: readonly MeasuredCell[],
  across: GridAxis | undefined,
  outDir: string,
): { path: string; name: string }[] {
  const input = line[0]?.result.inputs[0];
  const isHere = input !== undefined && !/^https?:/i.test(input);
  return [
    ...(isHere ? [{ path: path.resolve(outDir, input), name: path.basename(input) }] : []),
    ...line.flatMap(({ cell, result }) => {
      const file = result.images[0]?.path ?? undefined;
      const name = across === undefined ? cell.id : `${across.name} ${cell.at[across.name] ?? ''}`;
      return file === undefined ? [] : [{ path: path.resolve(outDir, file), name }];
    }),
  ];
}
