import path from 'node:path';
import type { BatchSummary } from '../../batch/rows/result-row.js';
import { figuresOf } from '../../study/sweep/figures.js';
import { SWEEP_FILES } from '../../study/sweep/files.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import type { MeasuredCell } from '../../study/measured.js';
import { usdText } from '../../units.js';
import { ITEM_METRICS, reportItem } from '../item.js';
import { ahead } from '../page/ahead.js';
import type { Figure, Metric, ReportItem } from '../page/data.js';
import { billedFigure } from '../page/masthead.js';
import type { Secrets } from '../../secrets.js';
import { writeReport } from '../page/write.js';
import { sweepCharts } from './charts.js';
import { sharedText } from './shared.js';
import { sweepTables } from './tables.js';

/** Thumbnails made at once. */
const AT_ONCE = 2;

/** Measures of the pictures. Cells show the first few. */
const MEASURED: readonly Metric[] = [
  { key: 'change', label: 'change', unit: 'ratio' },
  { key: 'hash_distance', label: 'hash distance', unit: '' },
  { key: 'colour_shift', label: 'colour shift', unit: '' },
  { key: 'sharpness', label: 'sharpness', unit: '' },
];

export interface SweepPage {
  title: string;
  axes: readonly GridAxis[];
  cells: readonly MeasuredCell[];
  summary: BatchSummary;
  /** Plain sentences. */
  verdict: string[];
  secrets: Secrets;
}

/** Writes sweep.html. @param outDir absolute @param cwd where its commands are run @returns its absolute path */
export async function writeSweepPage(page: SweepPage, outDir: string, cwd: string): Promise<string> {
  const { title, axes, cells, summary, verdict, secrets } = page;
  const file = path.join(outDir, SWEEP_FILES.page);
  await writeReport(
    file,
    secrets.redactIn<Parameters<typeof writeReport>[1]>({
      kind: 'sweep',
      title,
      sandbox: summary.sandbox,
      figures: figuresAbout(summary),
      verdict: [sharedText(cells), ...verdict].filter((sentence) => sentence !== ''),
      tables: sweepTables(cells, axes, summary.sandbox),
      charts: sweepCharts(cells, axes),
      metrics: [...MEASURED, ...ITEM_METRICS],
      axes: axes.map(({ name, values }) => ({ name, values: [...values] })),
      madeAt: summary.finished_at,
    }),
    ahead(cells, AT_ONCE, async (cell) => secrets.redactIn(await itemOf(cell, outDir, cwd))),
  );
  return file;
}

async function itemOf(measured: MeasuredCell, outDir: string, cwd: string): Promise<ReportItem> {
  const item = await reportItem(measured.row, outDir, cwd);
  const { change, hash_distance, colour_shift, sharpness } = figuresOf(measured);
  return {
    ...item,
    figures: { ...item.figures, change, hash_distance, colour_shift, sharpness },
    at: measured.cell.at,
  };
}

function figuresAbout({ rows, states, cost, sandbox }: BatchSummary): Figure[] {
  const open = rows - states.done;
  return [
    { label: 'cells', value: String(rows) },
    ...(open > 0 ? [{ label: 'without a picture', value: String(open) }] : []),
    billedFigure(cost.billed_usd, sandbox, cost.outstanding_usd > 0),
    ...(cost.outstanding_usd > 0
      ? [{ label: 'not billed yet', value: `about ${usdText(cost.outstanding_usd)}` }]
      : []),
  ];
}
