import { usdText } from '../../dollars.js';
import { usd } from '../../edit/estimate.js';
import { FalEditError, usageError } from '../../errors.js';
import { countCells, MOST_CELLS, type GridAxis } from '../../study/sweep/grid.js';
import type { Checker } from './check.js';
import type { VariedAxis } from './axes.js';
import type { SweepPlan } from './plan.js';

/** What a sweep that is not made yet will be as large as. */
export type SweepSize = Pick<SweepPlan, 'pictures' | 'seeds'> & { axes: readonly VariedAxis[] };

/** How many values each axis has, pictures and seeds included. */
export function sizeOf({ pictures, axes, seeds }: SweepSize): number {
  return countCells([pictures.length, seeds?.length ?? 1, ...axes.map(({ values }) => values.count)]);
}

/**
 * Refuses a sweep of more cells than anybody looks at, with what they would cost as far as that can be told.
 *
 * @throws FalEditError (usage); the signal's reason
 */
export async function refuseTooMany(size: SweepSize, { firstUsd }: Pick<Checker, 'firstUsd'>): Promise<void> {
  const cells = sizeOf(size);
  if (cells <= MOST_CELLS) return;
  const each = await costOf(firstUsd);
  const cost = each === undefined ? '' : `, about ${usdText(usd(cells * each))}`;
  throw usageError(
    `The sweep has ${grouped(cells)} cells${cost}. Allowed: ${grouped(MOST_CELLS)}. Nothing was sent.`,
    'Take wider steps, or fewer values.',
  );
}

/** Of a cell in which something is wrong nobody can tell. */
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
