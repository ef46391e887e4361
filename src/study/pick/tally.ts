import { modelOf, type ComparedEdit } from '../compare/measures.js';
import { wilson, type Interval } from '../wilson.js';
import type { Choice } from './choices.js';

/** Record of a model in the comparisons of people. */
export interface WinRate {
  model: string;
  /** Comparisons that it was in. */
  comparisons: number;
  won: number;
  lost: number;
  /** No difference was seen: half a win for each. */
  ties: number;
  /** 0..1; null of no comparison. */
  rate: number | null;
  /** 95 % (Wilson). */
  interval: Interval | null;
}

/**
 * Win rates by model, of the choices whose edits are those of this comparison.
 *
 * @param models short names, in the order in which they are shown
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
