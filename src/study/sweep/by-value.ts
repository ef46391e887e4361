import type { MeasuredCell } from '../measured.js';
import { medianFigures, type Figures } from './figures.js';
import type { GridAxis } from './grid.js';

/** Summary of the cells that share one value of an axis. */
export interface ValueSummary {
  value: string;
  /** Number of cells, and of those with a picture. */
  cells: number;
  done: number;
  /** Medians. */
  figures: Figures;
}

/** Medians of the cells at each value of an axis, in the order of the axis, over all positions on the other axes. */
export function byValue(cells: readonly MeasuredCell[], { name, values }: GridAxis): ValueSummary[] {
  return values.map((value) => {
    const here = cells.filter(({ cell }) => cell.at[name] === value);
    return {
      value,
      cells: here.length,
      done: here.filter(({ metrics }) => metrics !== null).length,
      figures: medianFigures(here),
    };
  });
}
