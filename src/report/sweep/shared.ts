import type { MeasuredCell } from '../../study/measured.js';

/** Prompt and model in words, each if it is the same in all cells. */
export function sharedText(cells: readonly MeasuredCell[]): string {
  const prompts = new Set(cells.map(({ result }) => result.prompt));
  const models = new Set(cells.map(({ result }) => result.model));
  return [prompts, models].flatMap((values) => (values.size === 1 ? [...values] : [])).join(' · ');
}
