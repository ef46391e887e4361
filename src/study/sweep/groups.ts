import { grouped } from '../grouped.js';
import type { MeasuredCell } from '../measured.js';
import { medianFigures, type Figures } from './figures.js';

/** The axis whose values are chance, not a setting. */
export const SEED_AXIS = 'seed';

/** Cells that differ only in their seeds. */
export interface SeedGroup {
  /** Their position, without the seed. */
  at: Record<string, string>;
  cells: MeasuredCell[];
  /** Medians over the seeds. */
  figures: Figures;
}

/** In the order of their first cells. */
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
