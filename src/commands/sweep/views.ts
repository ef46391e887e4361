import { existsSync } from 'node:fs';
import path from 'node:path';
import { codeOf, messageOf } from '../../errors/error.js';
import { writeSweepPage } from '../../report/sweep/page.js';
import { MOST_SHEETS, writeSweepSheets } from '../../report/sweep/sheets.js';
import type { MeasuredCell } from '../../study/measured.js';
import { sheetName, SWEEP_FILES } from '../../study/sweep/files.js';
import { countCells, type GridAxis } from '../../study/sweep/grid.js';
import type { Finished } from '../batch/finish.js';
import { notePages, pagesStand } from '../batch/page-state.js';

/** Page and sheets, as absolute paths; undefined for those that could not be written. */
export interface Views {
  page: string | undefined;
  sheets: string[] | undefined;
}

/** Contents of page and sheets. */
export interface Viewed {
  title: string;
  /** Made by the sandbox. */
  sandbox: boolean;
  axes: readonly GridAxis[];
  cells: readonly MeasuredCell[];
  /** Plain sentences. */
  verdict: string[];
}

/** Writes page and sheets. A file that cannot be written is only a warning. */
export async function writeViews(
  { verdict, ...grid }: Viewed,
  { folder, summary, context, terminal, ledger }: Finished,
): Promise<Views> {
  const attempt = async <T>(what: string, write: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await write();
    } catch (error) {
      terminal.warn(`Could not write ${what}: ${codeOf(error) ?? messageOf(error)}.`);
      return undefined;
    }
  };
  const page = await attempt(SWEEP_FILES.page, () =>
    writeSweepPage({ ...grid, summary, verdict, secrets: context.secrets }, folder, context.cwd),
  );
  const sheets = await attempt(SWEEP_FILES.sheet, async () => {
    const known = sheetNames(grid.axes).map((name) => path.join(folder, name));
    if (pagesStand(ledger) && known.every((file) => existsSync(file))) return known;
    const { files, leftOut } = await writeSweepSheets(grid, folder);
    notePages(ledger);
    if (leftOut > 0)
      terminal.note(`Wrote ${files.length} sheets; ${leftOut} more settings are only on the page.`);
    return files;
  });
  return { page, sheets };
}

/** Names of the contact sheets of a sweep over these axes. */
export function sheetNames(axes: readonly GridAxis[]): string[] {
  const count = countCells(axes.slice(2).map(({ values }) => values.length));
  return Array.from({ length: Math.min(count, MOST_SHEETS) }, (_, index) => sheetName(index, count));
}
