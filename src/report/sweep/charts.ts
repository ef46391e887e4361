import { grouped } from '../../study/grouped.js';
import { byValue } from '../../study/sweep/by-value.js';
import type { FigureName } from '../../study/sweep/figures.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import { SEED_AXIS } from '../../study/sweep/groups.js';
import type { MeasuredCell } from '../../study/measured.js';
import type { Chart } from '../page/data.js';

const CHARTED: readonly (readonly [FigureName, string])[] = [
  ['change', 'Change'],
  ['sharpness', 'Sharpness'],
];

/** Axes whose values are separate lines: two pictures or two models have nothing in between. */
const APART = ['picture', 'model'];

/** Nobody can tell more lines apart. */
const MOST_SERIES = 6;

/** Medians of change and sharpness over each numeric axis, one line per picture and model. */
export function sweepCharts(cells: readonly MeasuredCell[], axes: readonly GridAxis[]): Chart[] {
  return axes.filter(isOfNumbers).flatMap((axis) =>
    CHARTED.map(([figure, title]): Chart => ({
      title: `${title} by ${axis.name}`,
      x: { label: axis.name, values: axis.values.map(Number) },
      series: seriesOf(cells, axes, axis).map(({ name, cells: own }) => ({
        name,
        values: byValue(own, axis).map(({ figures }) => figures[figure]),
      })),
    })).filter(({ series }) => series.some(({ values }) => values.some((value) => value !== null))),
  );
}

/** Whether an axis is a quantity. A seed is a number but not a quantity. */
function isOfNumbers({ name, values }: GridAxis): boolean {
  return name !== SEED_AXIS && values.length > 1 && values.every((value) => Number.isFinite(Number(value)));
}

function seriesOf(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  axis: GridAxis,
): { name: string; cells: readonly MeasuredCell[] }[] {
  const apart = axes.filter(({ name }) => name !== axis.name && APART.includes(name)).map(({ name }) => name);
  const groups = grouped(cells, ({ cell }) => JSON.stringify(apart.map((name) => cell.at[name])));
  if (apart.length === 0 || groups.size > MOST_SERIES) return [{ name: 'median', cells }];
  return Array.from(groups.values(), (own) => ({
    name: apart.map((name) => own[0]?.cell.at[name] ?? '').join(', '),
    cells: own,
  }));
}
