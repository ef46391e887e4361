import type { MeasuredCell } from '../measured.js';
import { medianFigures, type Figures } from './figures.js';
import type { GridAxis } from './grid.js';

/** Summary of the cells that share one value of an axis. */
export interface ValueSummary {
  value: string;
  /** Number of cells, and number of those with a picture. */
  cells: number;
  done: number;
  /** Medians. */
  figures: Figures;
}

/** The medians of the cells at each value of an axis, in its order, whatever they have on the other axes. */
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
