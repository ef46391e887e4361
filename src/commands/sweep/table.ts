import path from 'node:path';
import { mainPicture } from '../../batch/rows/result-row.js';
import type { Context } from '../../context.js';
import { secondsText, usdText } from '../../units.js';
import { costWord, numberText, shareText } from '../../report/sweep/tables.js';
import { figuresOf } from '../../study/sweep/figures.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import type { MeasuredCell } from '../../study/measured.js';
import { harmlessLine } from '../../terminal/plain.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { shortPath } from '../edit/document.js';

/** Rows on a terminal; the page has all. */
const MOST_ROWS = 40;
/** Characters of a value shown on a terminal. */
const LONGEST_VALUE = 24;

/**
 * The lines of the table of cells: its values, its figures, and its picture or why there is none.
 *
 * @param outDir absolute
 */
export async function sweepTable(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  outDir: string,
  { stdout, cwd }: Pick<Context, 'stdout' | 'cwd'>,
  sandbox: boolean,
): Promise<string[]> {
  const isTTY = stdout.isTTY === true;
  const columns: Column[] = [
    ...axes.map(({ name }) => ({ title: name })),
    ...['change', 'sharpness', 'time', costWord(sandbox)].map((title) => ({ title, right: true })),
    { title: 'picture' },
  ];
  const listed = isTTY ? cells.slice(0, MOST_ROWS) : cells;
  const rows = listed.map((measured) => {
    const { cell, result } = measured;
    const { change, sharpness, inference_ms: ms, cost_usd: usd } = figuresOf(measured);
    const file = mainPicture(result)?.path ?? null;
    return [
      ...axes.map(({ name }) =>
        isTTY ? harmlessLine(cell.at[name] ?? '', LONGEST_VALUE) : (cell.at[name] ?? ''),
      ),
      shareText(change),
      numberText(sharpness, 2),
      ms === null ? '–' : secondsText(ms),
      usd === null ? '–' : usdText(usd),
      file === null ? result.state : shortPath(path.resolve(outDir, file), cwd),
    ];
  });
  const left = cells.length - listed.length;
  return [
    ...(await tableLines(columns, rows, stdout)),
    ...(left > 0 ? [`… and ${left} more on the page.`] : []),
  ];
}
