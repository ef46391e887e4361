import { existsSync } from 'node:fs';
import path from 'node:path';
import type { FalEditError } from '../../errors/error.js';
import { saveWhole } from '../../edit/pictures/save.js';
import { commandOf } from '../../report/item.js';
import type { Cell } from '../../study/cell.js';
import { measureCells, type MeasuredCell } from '../../study/measured.js';
import { chooseBest, type Bound } from '../../study/sweep/best.js';
import { SWEEP_FILES } from '../../study/sweep/files.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import { seedGroups } from '../../study/sweep/groups.js';
import { harmless } from '../../terminal/plain.js';
import { errorDocument, shortPath } from '../edit/document.js';
import type { Finished, Outcome, RunOutput } from '../batch/finish.js';
import { bestText, noneMeasured, noneMeetsBounds } from './best-text.js';
import { sweepPreview } from './preview.js';
import { sweepDocument, type BestFound } from './document.js';
import { earlierRun } from './earlier.js';
import { withoutStaleSheets } from './stale-sheets.js';
import { sweepTable } from './table.js';
import { sheetNames, writeViews, type Viewed, type Views } from './views.js';

/** A sweep and its options. */
export interface Sweep {
  cells: readonly Cell[];
  axes: readonly GridAxis[];
  bounds: readonly Bound[];
  /** Pictures in the terminal. */
  preview: boolean;
}

/** Output of a sweep. */
export interface SweepOutcome extends Outcome {
  /** Error if no setting meets `--best`; undefined if one does, or without `--best`. */
  missed: () => FalEditError | undefined;
  /** Absolute; undefined if none was written. */
  page: () => string | undefined;
}

/** Output of a sweep in addition to the files of every batch: page, sheets, sweep.json and the best setting. */
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
      // After an interruption, pictures are not measured; the next run does that.
      if (context.signal.aborted) return undefined;
      const cells = await measureCells(sweep.cells, ledger, folder);
      const axes = axesOf(sweep.axes, cells);
      const best = bestOf(cells, sweep.bounds, context.cwd);
      missed = missOf(best, sweep.bounds, summary.sandbox);
      const document = sweepDocument(summary.source, axes, cells, sweep.bounds, best, summary.sandbox);
      const verdict = best?.isMet === true ? [bestText(best, sweep.bounds, summary.sandbox)] : [];
      const view = { title: summary.source, sandbox: summary.sandbox, axes, cells, verdict };
      const { views, listed } = await writeFiles(document, view, finished);
      page = views.page;
      const pictures = sweep.preview ? await sweepPreview(cells, axes, folder, context) : '';
      const files = [views.page ?? [], views.sheets ?? []].flat();
      const names = files.map((file) => shortPath(file, context.cwd));
      const isOver = ending === undefined && missed !== undefined;
      return {
        document: {
          ...(isOver && missed !== undefined ? errorDocument(missed, summary.sandbox) : {}),
          sweep: listed,
        },
        // The escape sequences of the pictures are ours.
        text: [
          ...(pictures === '' ? [] : [pictures]),
          ...(await textOf(cells, axes, best, sweep.bounds, names, finished)).map(harmless),
        ].join('\n'),
      } satisfies RunOutput;
    },
  };
}

/**
 * Writes sweep.json, page and sheets, and removes sheets of earlier runs.
 *
 * @returns the written files, and the document with the names of all sheets
 * @throws the system's error if sweep.json cannot be written
 */
async function writeFiles(
  document: Record<string, unknown>,
  view: Viewed,
  finished: Finished,
): Promise<{ views: Views; listed: Record<string, unknown> }> {
  const { folder, terminal } = finished;
  const save = async (sheets: readonly string[]): Promise<Record<string, unknown>> => {
    const listed = finished.context.secrets.redactIn({ ...document, sheets });
    const bytes = Buffer.from(`${JSON.stringify(listed, undefined, 2)}\n`);
    await saveWhole(path.join(folder, SWEEP_FILES.document), bytes, { force: true, tag: 'sweep' });
    return listed;
  };
  const earlier = await earlierRun(folder);
  // An unlisted file with that name is not ours until a sheet has replaced it.
  const free = sheetNames(view.axes).filter((name) => !existsSync(path.join(folder, name)));
  const known = [...new Set([...free, ...earlier.sheets])];
  // Saved before any sheet is made, so that the next run knows the sweep's own files if this one is stopped.
  const listed = await save(known);
  const views = await writeViews(view, finished);
  if (views.sheets === undefined) return { views, listed };
  const current = views.sheets.map((file) => path.basename(file));
  const left = await withoutStaleSheets(known, current, folder, terminal);
  return { views, listed: left.join() !== known.join() ? await save(left) : listed };
}

/** Leaves pictures that the sweep itself made out of the axes, since they are not rows. */
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

function missOf(
  best: BestFound | undefined,
  bounds: readonly Bound[],
  sandbox: boolean,
): FalEditError | undefined {
  if (bounds.length === 0 || best?.isMet === true) return undefined;
  return best === undefined ? noneMeasured(bounds) : noneMeetsBounds(best, bounds, sandbox);
}

/** For stdout: the table, the paths of page and sheets, and the command of the best setting as the last line. */
async function textOf(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  best: BestFound | undefined,
  bounds: readonly Bound[],
  files: readonly string[],
  { folder, context, summary: { sandbox } }: Finished,
): Promise<string[]> {
  const table = await sweepTable(cells, axes, folder, context, sandbox);
  const chosen = best?.isMet === true ? [bestText(best, bounds, sandbox), best.command] : [];
  return [...table, ...files, ...chosen];
}
