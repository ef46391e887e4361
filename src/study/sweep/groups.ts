import { grouped } from '../grouped.js';
import type { MeasuredCell } from '../measured.js';
import { medianFigures, type Figures } from './figures.js';

/** The axis that varies only chance, not a setting. */
export const SEED_AXIS = 'seed';

/** Cells that differ only in their seeds. */
export interface SeedGroup {
  /** Position of the cells, without the seed. */
  at: Record<string, string>;
  cells: MeasuredCell[];
  /** Medians over the seeds. */
  figures: Figures;
}

/** Groups cells that differ only in their seeds, in the order of their first cells. */
export function seedGroups(cells: readonly MeasuredCell[]): SeedGroup[] {
  const groups = grouped(cells, ({ cell }) => JSON.stringify(withoutSeed(cell.at)));
  return Array.from(groups.values(), (group) => ({
    at: withoutSeed(group[0]?.cell.at ?? {}),
    cells: group,
    figures: medianFigures(group),
  }));
}

function withoutSeed(at: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(at).filter(([axis]) => axis !== SEED_AXIS));
}
