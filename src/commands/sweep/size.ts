import { usdText } from '../../units.js';
import { usd } from '../../edit/estimate.js';
import { FalEditError, usageError } from '../../errors.js';
import { countCells, MOST_CELLS, type GridAxis } from '../../study/sweep/grid.js';
import type { Checker } from './check.js';
import type { VariedAxis } from './axes.js';
import type { SweepPlan } from './plan.js';

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
export async function refuseTooMany(size: SweepSize, { firstUsd }: Pick<Checker, 'firstUsd'>): Promise<void> {
  const cells = sizeOf(size);
  if (cells <= MOST_CELLS) return;
  const each = await costOf(firstUsd);
  const cost = each === undefined ? '' : `, about ${usdText(usd(cells * each))}`;
  throw usageError(
    `The sweep has ${grouped(cells)} cells${cost}; at most ${grouped(MOST_CELLS)} are allowed. Nothing was sent.`,
    'Use wider steps or fewer values.',
  );
}

/** Undefined if the first cell is invalid. */
async function costOf(firstUsd: () => Promise<number>): Promise<number | undefined> {
  try {
    return await firstUsd();
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
