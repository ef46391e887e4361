import { secondsText, usdText } from '../../units.js';
import { byValue } from '../../study/sweep/by-value.js';
import type { GridAxis } from '../../study/sweep/grid.js';
import { SEED_AXIS } from '../../study/sweep/groups.js';
import type { MeasuredCell } from '../../study/measured.js';
import type { ReportTable } from '../page/data.js';

/** Medians at each value of each axis. */
export function sweepTables(
  cells: readonly MeasuredCell[],
  axes: readonly GridAxis[],
  sandbox: boolean,
): ReportTable[] {
  return axes
    .filter(({ name, values }) => values.length > 1 && name !== SEED_AXIS)
    .map((axis) => ({
      title: `Medians by ${axis.name}`,
      columns: [
        ...[axis.name, 'pictures', 'change', 'hash distance', 'colour shift', 'sharpness'],
        ...['inference', costWord(sandbox)],
      ],
      rows: byValue(cells, axis).map(({ value, done, figures }) => [
        value,
        String(done),
        shareText(figures.change),
        numberText(figures.hash_distance, 1),
        numberText(figures.colour_shift, 1),
        numberText(figures.sharpness, 2),
        figures.inference_ms === null ? '–' : secondsText(figures.inference_ms),
        figures.cost_usd === null ? '–' : usdText(figures.cost_usd),
      ]),
    }));
}

/** Name of a cost in a table or a sentence: the sandbox charges nothing. */
export function costWord(sandbox: boolean): string {
  return sandbox ? 'would cost' : 'cost';
}

/** `38.2%`; a dash if unknown. */
export function shareText(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)}%`;
}

/** A number with `decimals` decimals; a dash if unknown. */
export function numberText(number: number | null, decimals: number): string {
  return number === null ? '–' : number.toFixed(decimals);
}
