import { mainPicture } from '../../batch/rows/result-row.js';
import type { MeasuredCell } from '../measured.js';

/** One edit of a comparison, with the data for its figures. */
export type ComparedEdit = Pick<MeasuredCell, 'cell' | 'result' | 'metrics'>;

/** Measures of a result, by their names in compare.json. */
export const MEASURES = [
  'change',
  'hash_distance',
  'colour_shift',
  'sharpness',
  'inference_ms',
  'queued_ms',
  'bytes',
] as const;
export type Measure = (typeof MEASURES)[number];

/** Whether an edit succeeded. Blanked pictures are not measured. */
export function cameOut({ result }: Pick<ComparedEdit, 'result'>): boolean {
  return result.state === 'done' || result.state === 'unmet';
}

/** A measure of an edit; null if it failed or the measure is unknown. */
export function valueOf(edit: ComparedEdit, measure: Measure): number | null {
  if (!cameOut(edit)) return null;
  const { metrics, result } = edit;
  const values: Record<Measure, number | null> = {
    change: metrics?.change ?? null,
    hash_distance: metrics?.hashDistance ?? null,
    colour_shift: metrics?.colourShift ?? null,
    sharpness: metrics?.sharpness ?? null,
    inference_ms: result.timings.inference_ms,
    queued_ms: result.timings.queued_ms,
    bytes: mainPicture(result)?.bytes ?? null,
  };
  return values[measure];
}

/** Key shared by edits of the same picture and prompt, and of the same seed if requested. */
export function subjectOf({ cell: { at } }: Pick<ComparedEdit, 'cell'>, withSeed: boolean): string {
  return JSON.stringify([at['picture'], at['prompt'], ...(withSeed ? [at['seed']] : [])]);
}

/** The short name of its model. */
export function modelOf({ cell }: Pick<ComparedEdit, 'cell'>): string {
  return cell.at['model'] ?? '';
}
