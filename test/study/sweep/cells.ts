import type { MeasuredCell } from '../../../src/study/measured.js';
import { resultRow } from '../../report/rows.js';

/** A cell that was measured so; null where it has no picture. Its row is looked at by no test that uses this. */
export function measuredCell(
  at: Record<string, string>,
  figures: { change?: number | null; sharpness?: number; usd?: number } | null,
): MeasuredCell {
  const id = Object.entries(at).flat().join(' ');
  const { change = null, sharpness = 1, usd = 0.075 } = figures ?? {};
  const cost = { estimated_usd: 0.075, billed_units: 1, unit_price_usd: 0.075, billed_usd: usd };
  return {
    cell: { id, fields: {}, at },
    row: {} as MeasuredCell['row'],
    result: resultRow({ key: id, id, cost, state: figures === null ? 'failed' : 'done' }),
    metrics:
      figures === null
        ? null
        : { change, hashDistance: 4, colourShift: 2, sharpness, width: 8, height: 8, bytes: 100 },
  };
}
