import type { MeasuredCell } from '../measured.js';
import { medianFigures, type Figures } from './figures.js';

/** The axis of which other values show chance, and no setting. */
export const SEED_AXIS = 'seed';

/** Cells that differ in their seeds alone. */
export interface SeedGroup {
  /** Where they stand, without the seed. */
  at: Record<string, string>;
  cells: MeasuredCell[];
  /** Medians over the seeds. */
  figures: Figures;
}

/** In the order of their first cells. */
export function seedGroups(cells: readonly MeasuredCell[]): SeedGroup[] {
  return groupsBy(cells, ({ cell }) => withoutSeed(cell.at)).map((group) => ({
    at: withoutSeed(group[0]?.cell.at ?? {}),
    cells: group,
    figures: medianFigures(group),
  }));
}

/** Cells of which the same is said, together. */
export function groupsBy(
  cells: readonly MeasuredCell[],
  said: (cell: MeasuredCell) => unknown,
): MeasuredCell[][] {
  const groups = new Map<string, MeasuredCell[]>();
  for (const cell of cells) {
    const key = JSON.stringify(said(cell));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return [...groups.values()];
}

function withoutSeed(at: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(at).filter(([axis]) => axis !== SEED_AXIS));
}
