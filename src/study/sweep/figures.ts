import { median } from '../../images/metrics/statistics.js';
import type { MeasuredCell } from '../measured.js';

/** Figures of each cell, by their names in `--best` and in JSON documents. */
export const FIGURES = [
  'change',
  'hash_distance',
  'colour_shift',
  'sharpness',
  'cost_usd',
  'inference_ms',
] as const;
export type FigureName = (typeof FIGURES)[number];

/** Figures of a cell; null if unknown. */
export type Figures = Record<FigureName, number | null>;

export function figuresOf({ metrics, result }: MeasuredCell): Figures {
  return {
    change: metrics?.change ?? null,
    hash_distance: metrics?.hashDistance ?? null,
    colour_shift: metrics?.colourShift ?? null,
    sharpness: metrics?.sharpness ?? null,
    cost_usd: result.cost.billed_usd,
    inference_ms: result.timings.inference_ms,
  };
}

/** Median of each figure over several cells, ignoring unknown values. */
export function medianFigures(cells: readonly MeasuredCell[]): Figures {
  const all = cells.map(figuresOf);
  const entries = FIGURES.map((name) => [
    name,
    rounded(median(all.flatMap((figures) => figures[name] ?? []))),
  ]);
  return Object.fromEntries(entries) as Figures;
}

/** Rounds off the binary error in the mean of two middle values. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6;
}
