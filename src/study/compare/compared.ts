import type { Choice } from '../pick/choices.js';
import { tallyChoices, type WinRate } from '../pick/tally.js';
import type { ComparedEdit } from './measures.js';
import { pairedFigures, type Paired } from './pairs.js';
import type { Scattered } from './scattered.js';
import { summarise, type ModelSummary } from './summary.js';

/** All figures of a comparison. */
export interface Compared {
  /** In the order named; each of the others is compared with the first. */
  models: ModelSummary[];
  pairs: Paired[];
  /** Empty until somebody has chosen. */
  picks: WinRate[];
  /** Number of different pictures. */
  pictures: number;
  prompts: number;
  seeds: number;
  /** Made by the sandbox: it says nothing about fal. */
  isSandbox: boolean;
}

/** Collects the figures of a comparison. @param models short names, in order */
export function comparedOf(
  models: readonly string[],
  edits: readonly ComparedEdit[],
  scattered: readonly Scattered[],
  choices: readonly Choice[],
  isSandbox: boolean,
): Compared {
  const picks = tallyChoices(models, edits, choices);
  return {
    models: summarise(models, edits, scattered),
    pairs: pairedFigures(models, edits, scattered),
    picks: picks.some(({ comparisons }) => comparisons > 0) ? picks : [],
    pictures: valuesOf(edits, 'picture').length,
    prompts: valuesOf(edits, 'prompt').filter((prompt) => prompt !== '').length,
    seeds: valuesOf(edits, 'seed').length,
    isSandbox,
  };
}

/** Distinct values of the cells on an axis, in order. */
export function valuesOf(edits: readonly Pick<ComparedEdit, 'cell'>[], axis: string): string[] {
  return [...new Set(edits.map(({ cell }) => cell.at[axis] ?? ''))];
}
