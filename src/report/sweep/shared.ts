import type { MeasuredCell } from '../../study/measured.js';

/** What all cells have in common, in words: the prompt and the model, as far as they are not varied. */
export function sharedText(cells: readonly MeasuredCell[]): string {
  const prompts = new Set(cells.map(({ result }) => result.prompt));
  const models = new Set(cells.map(({ result }) => result.model));
  return [prompts, models].flatMap((values) => (values.size === 1 ? [...values] : [])).join(' · ');
}
