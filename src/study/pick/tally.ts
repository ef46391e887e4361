import { modelOf, type ComparedEdit } from '../compare/measures.js';
import { wilson, type Interval } from '../wilson.js';
import type { Choice } from './choices.js';

/** A model's record in the choices of people. */
export interface WinRate {
  model: string;
  /** Number of choices that included it. */
  comparisons: number;
  won: number;
  lost: number;
  /** Number of choices without a difference: half a win for each. */
  ties: number;
  /** 0..1; null without choices. */
  rate: number | null;
  /** 95 % interval (Wilson). */
  interval: Interval | null;
}

/**
 * Win rates by model, from the choices whose edits belong to this comparison.
 *
 * @param models short names, in display order
 */
export function tallyChoices(
  models: readonly string[],
  edits: readonly ComparedEdit[],
  choices: readonly Choice[],
): WinRate[] {
  const made = new Map(edits.map((edit) => [edit.result.key, modelOf(edit)]));
  const known = choices.flatMap(({ left, right, preferred }) => {
    const both = [made.get(left), made.get(right)];
    return both.includes(undefined) ? [] : [{ both, won: preferred === null ? null : made.get(preferred) }];
  });
  return models.map((model) => {
    const own = known.filter(({ both }) => both.includes(model));
    const ties = own.filter(({ won }) => won === null).length;
    const won = own.filter((choice) => choice.won === model).length;
    const points = won + ties / 2;
    return {
      ...{ model, comparisons: own.length, won, ties, lost: own.length - won - ties },
      rate: own.length === 0 ? null : points / own.length,
      interval: wilson(points, own.length),
    };
  });
}
