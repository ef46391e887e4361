import type { MeasuredCell } from '../../study/measured.js';

/** Prompt and model, in words, as far as they are the same in all cells. */
export function sharedText(cells: readonly MeasuredCell[]): string {
  const prompts = new Set(cells.map(({ result }) => result.prompt));
  const models = new Set(cells.map(({ result }) => result.model));
  return [prompts, models].flatMap((values) => (values.size === 1 ? [...values] : [])).join(' · ');
}
