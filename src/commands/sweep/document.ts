import { writtenRow } from '../../batch/run/sandbox-cost.js';
import type { Best, Bound } from '../../study/sweep/best.js';
import { byValue } from '../../study/sweep/by-value.js';
import { figuresOf, type Figures } from '../../study/sweep/figures.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import type { MeasuredCell } from '../../study/measured.js';

/** Version of sweep.json. */
export const SWEEP_SCHEMA_VERSION = 1;

/** The best setting, with the command that repeats it. */
export interface BestFound extends Best {
  command: string;
}

/** sweep.json, and the part `sweep` of the JSON document, both without the sheets. Unknown figures are null. */
export function sweepDocument(
  source: string,
  axes: readonly GridAxis[],
  cells: readonly MeasuredCell[],
  bounds: readonly Bound[],
  best: BestFound | undefined,
  sandbox: boolean,
): Record<string, unknown> {
  // An amount on the sandbox is not money.
  const written = <T extends Figures>(figures: T): T => (sandbox ? { ...figures, cost_usd: 0 } : figures);
  return {
    schema_version: SWEEP_SCHEMA_VERSION,
    sandbox,
    source,
    axes: axes.map((axis) => ({
      name: axis.name,
      values: axis.values,
      medians: byValue(cells, axis).map(({ value, cells: count, done, figures }) => ({
        ...{ value, cells: count, done },
        ...written(figures),
      })),
    })),
    best:
      best === undefined
        ? null
        : {
            bounds: bounds.map(({ written }) => written),
            met: best.isMet,
            id: best.cell.cell.id,
            at: best.group.at,
            medians: written(best.group.figures),
            command: best.command,
          },
    cells: cells.map((measured) => ({
      id: measured.cell.id,
      at: measured.cell.at,
      ...written(figuresOf(measured)),
      width: measured.metrics?.width ?? null,
      height: measured.metrics?.height ?? null,
      bytes: measured.metrics?.bytes ?? null,
      result: writtenRow(measured.result),
    })),
  };
}
