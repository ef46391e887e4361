import { existsSync } from 'node:fs';
import path from 'node:path';
import { codeOf, messageOf, type FalEditError } from '../../errors.js';
import { saveWhole } from '../../edit/save.js';
import { commandOf } from '../../report/item.js';
import { writeSweepPage } from '../../report/sweep/page.js';
import { MOST_SHEETS, writeSweepSheets } from '../../report/sweep/sheets.js';
import type { Cell } from '../../study/cell.js';
import { measureCells, type MeasuredCell } from '../../study/measured.js';
import { chooseBest, type Bound } from '../../study/sweep/best.js';
import { sheetName, SWEEP_FILES } from '../../study/sweep/files.js';
import { countCells, type GridAxis } from '../../study/sweep/grid.js';
import { seedGroups } from '../../study/sweep/groups.js';
import { harmless } from '../../terminal/plain.js';
import { errorDocument, shortPath } from '../edit/document.js';
import type { Finished, Outcome, Shown } from '../batch/finish.js';
import { notePages, pagesStand } from '../batch/shown-pages.js';
import { bestText, noneMeasured, noneWithin } from './best-text.js';
import { sweepPreview } from './preview.js';
import { sweepDocument, type BestFound } from './document.js';
import { sweepTable } from './table.js';

/** A sweep as it was asked for. */
export interface Sweep {
  cells: readonly Cell[];
  axes: readonly GridAxis[];
  bounds: readonly Bound[];
  /** Pictures in the terminal. */
  preview: boolean;
}

/** What is known after the run. */
export interface SweepOutcome extends Outcome {
  /** Why `--best` could not be had; undefined where it could, or was not asked for. */
  missed: () => FalEditError | undefined;
  /** Absolute; undefined where none was written. */
  page: () => string | undefined;
}

/** What a sweep leaves beside the files that every batch leaves: page, sheets, sweep.json, and what is best. */
export function sweepOutcome(sweep: Sweep): SweepOutcome {
  let missed: FalEditError | undefined;
  let page: string | undefined;
  return {
    name: SWEEP_FILES.document,
    listsPictures: false,
    missed: () => missed,
    page: () => page,
    write: async (finished) => {
      const { ledger, folder, summary, context, ending } = finished;
      // Who interrupts does not wait for pictures to be measured; the next run does that.
      if (context.signal.aborted) return undefined;
      const cells = await measureCells(sweep.cells, ledger, folder);
      const axes = axesOf(sweep.axes, cells);
      const best = bestOf(cells, sweep.bounds, context.cwd);
      missed = missOf(best, sweep.bounds);
      const document = sweepDocument(summary.source, axes, cells, sweep.bounds, best);
      await saveWhole(
        path.join(folder, SWEEP_FILES.document),
        Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`),
        { force: true, tag: 'sweep' },
      );
      const files = await writeViews(cells, axes, best, sweep.bounds, finished);
      page = files.find((file) => path.basename(file) === SWEEP_FILES.page);
      const pictures = sweep.preview ? await sweepPreview(cells, axes, folder, context) : '';
      const shown = files.map((file) => shortPath(file, context.cwd));
      const isOver = ending === undefined && missed !== undefined;
      return {
        document: { ...(isOver && missed !== undefined ? errorDocument(missed) : {}), sweep: document },
        // Of the pictures, the escape sequences are ours.
        text: [
          ...(pictures === '' ? [] : [pictures]),
          ...(await textOf(cells, axes, best, sweep.bounds, shown, finished)).map(harmless),
        ].join('\n'),
      } satisfies Shown;
    },
  };
}

/** Pictures that the sweep itself has made are no rows of it: they are no place on the axis either. */
function axesOf(axes: readonly GridAxis[], cells: readonly MeasuredCell[]): GridAxis[] {
  const left = axes.map(({ name, values }) => {
    const found = new Set(cells.map(({ cell }) => cell.at[name]));
    return { name, values: values.filter((value) => found.has(value)) };
  });
  return left.filter(({ name, values }) => name !== 'picture' || values.length > 1);
}

function bestOf(
  cells: readonly MeasuredCell[],
  bounds: readonly Bound[],
  cwd: string,
): BestFound | undefined {
  const best = chooseBest(seedGroups(cells), bounds);
  return best === undefined ? undefined : { ...best, command: commandOf(best.cell.row, cwd) };
}

function missOf(best: BestFound | undefined, bounds: readonly Bound[]): FalEditError | undefined {
  if (bounds.length === 0 || best?.isWithin === true) return undefined;
  return best === undefined ? noneMeasured(bounds) : noneWithin(best, bounds);
}

/** Page and sheets. One that cannot be written is told, and the rest is shown. @returns absolute paths */
async function writeViews(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  best: BestFound | undefined,
  bounds: readonly Bound[],
  { folder, summary, context, terminal, ledger }: Finished,
): Promise<string[]> {
  const attempt = async (what: string, write: () => Promise<string[]>): Promise<string[]> => {
    try {
      return await write();
    } catch (error) {
      terminal.warn(`${what} could not be written: ${codeOf(error) ?? messageOf(error)}.`);
      return [];
    }
  };
  const view = { title: summary.source, axes, cells };
  const verdict = best?.isWithin === true ? [bestText(best, bounds)] : [];
  const page = await attempt(SWEEP_FILES.page, async () => [
    await writeSweepPage({ ...view, summary, verdict }, folder, context.cwd),
  ]);
  const sheets = await attempt(SWEEP_FILES.sheet, async () => {
    const known = sheetsOf(axes).map((name) => path.join(folder, name));
    if (pagesStand(ledger) && known.every((file) => existsSync(file))) return known;
    const { files, leftOut } = await writeSweepSheets(view, folder);
    notePages(ledger);
    if (leftOut > 0)
      terminal.note(`${files.length} sheets are made; ${leftOut} more settings are on the page alone.`);
    return files;
  });
  return [...page, ...sheets];
}

function sheetsOf(axes: readonly GridAxis[]): string[] {
  const count = countCells(axes.slice(2).map(({ values }) => values.length));
  return Array.from({ length: Math.min(count, MOST_SHEETS) }, (_, index) => sheetName(index, count));
}

/** For stdout: the table, where page and sheets are, and the command of what is best as the last line. */
async function textOf(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  best: BestFound | undefined,
  bounds: readonly Bound[],
  files: readonly string[],
  { folder, context }: Finished,
): Promise<string[]> {
  const table = await sweepTable(cells, axes, folder, context);
  const chosen = best?.isWithin === true ? [bestText(best, bounds), best.command] : [];
  return [...table, ...files, ...chosen];
}
