import { usdText } from '../../units.js';
import { estimate, usd } from '../../edit/plan/estimate.js';
import { FalEditError, usageError } from '../../errors/error.js';
import { countCells, MOST_CELLS, type GridAxis } from '../../study/sweep/grid.js';
import type { Context } from '../../context.js';
import { targetName } from '../../study/sweep/target.js';
import type { BatchOptions } from '../batch/options.js';
import { planEdit } from '../../edit/plan/plan.js';
import type { Prices } from '../batch/prices.js';
import type { ModelSource } from '../model-source.js';
import { rowReader } from '../rows/reader.js';
import type { VariedAxis } from './axes.js';
import { cellFields, type SweepPlan } from './plan.js';

/** Dimensions of a planned sweep. */
export type SweepSize = Pick<SweepPlan, 'pictures' | 'seeds'> & { axes: readonly VariedAxis[] };

/** Number of cells, with pictures and seeds. */
export function sizeOf({ pictures, axes, seeds }: SweepSize): number {
  return countCells([pictures.length, seeds?.length ?? 1, ...axes.map(({ values }) => values.count)]);
}

/**
 * Refuses a sweep with too many cells, and shows their cost if it can be estimated.
 *
 * @throws FalEditError (usage); the signal's reason
 */
export async function refuseTooMany(
  size: SweepSize,
  cellUsd: () => Promise<number | undefined>,
): Promise<void> {
  const cells = sizeOf(size);
  if (cells <= MOST_CELLS) return;
  const each = await costOf(cellUsd);
  const cost = each === undefined ? '' : `, about ${usdText(usd(cells * each))}, calculated`;
  throw usageError(
    `The sweep has ${grouped(cells)} cells${cost}; at most ${grouped(MOST_CELLS)} are allowed. Nothing was sent.`,
    'Use wider steps or fewer values.',
  );
}

/**
 * Estimated cost of the first cell in dollars, averaged over the models; undefined if it is unknown for one of them.
 *
 * @throws FalEditError
 */
export async function firstUsd(
  plan: SweepPlan,
  { expectations, outDir, allowOutside }: BatchOptions & { outDir: string },
  fromFile: readonly string[],
  prices: Prices,
  context: Context,
  models: Pick<ModelSource, 'load'>,
): Promise<number | undefined> {
  const { pictures, axes, seeds, settings } = plan;
  const readRow = rowReader(
    settings,
    expectations,
    { folder: context.cwd, fromFile, allowOutside, models },
    context,
  );
  const first = axes.map(({ values }) => values[0] ?? '');
  const model = axes.findIndex(({ target }) => targetName(target) === 'model');
  const choices = axes[model]?.values.map((name) => first.with(model, name)) ?? [first];
  const costs: number[] = [];
  for (const chosen of choices) {
    const { order } = await readRow(cellFields(plan, pictures[0] ?? '', chosen, seeds?.[0]?.toString()));
    const edit = await planEdit({ ...order, outputFolder: outDir }, context);
    const { usd } = estimate(edit.model, edit.work, await prices.of(edit.model.endpoint));
    if (usd === undefined) return undefined;
    costs.push(usd);
  }
  return costs.reduce((sum, usd) => sum + usd, 0) / costs.length;
}

/** Undefined if the first cell is invalid. */
async function costOf(cellUsd: () => Promise<number | undefined>): Promise<number | undefined> {
  try {
    return await cellUsd();
  } catch (error) {
    if (error instanceof FalEditError && error.kind !== 'interrupted') return undefined;
    throw error;
  }
}

/** `strength (7) × guidance (3) × seed (2): 42 cells` */
export function gridText(axes: readonly GridAxis[]): string {
  const cells = countCells(axes.map(({ values }) => values.length));
  const factors = axes.map(({ name, values }) => `${name} (${values.length})`);
  return `${factors.join(' × ')}: ${cells === 1 ? '1 cell' : `${grouped(cells)} cells`}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
