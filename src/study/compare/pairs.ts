import { signTest } from '../sign-test.js';
import { MEASURES, modelOf, subjectOf, valueOf, type ComparedEdit, type Measure } from './measures.js';
import type { Scattered } from './scattered.js';

/** Fewest differing pairs for a result: with fewer, even a unanimous one may be chance. */
export const FEWEST_PAIRS = 6;

/** Largest probability under chance at which a difference counts. */
const MOST_CHANCE = 0.05;

/** Two models on the same pictures, prompts and seeds: which has lower values, and how often. */
export interface Paired {
  models: [string, string];
  measure: Measure | 'scatter';
  /** Number of pairs with both values. */
  pairs: number;
  /** Number of pairs in which the first, or the second, has the lower value; in the others they are equal. */
  less: [number, number];
  /** Probability of a count this uneven by chance (two-sided sign test), 0..1. */
  p: number;
  /** The model with lower values; null if the pairs do not show one. */
  fewer: string | null;
}

/** A model's value for a picture, prompt and seed. */
interface Placed {
  model: string;
  subject: string;
  value: number;
}

/** Compares every two models by every measure. */
export function pairedFigures(
  models: readonly string[],
  edits: readonly ComparedEdit[],
  scattered: readonly Scattered[],
): Paired[] {
  return models.flatMap((first, index) =>
    models.slice(index + 1).flatMap((second) => [
      ...MEASURES.map((measure) => {
        const placed = edits.flatMap((edit): Placed[] => {
          const value = valueOf(edit, measure);
          return value === null ? [] : [{ model: modelOf(edit), subject: subjectOf(edit, true), value }];
        });
        return paired([first, second], measure, placed);
      }),
      paired(
        [first, second],
        'scatter',
        scattered.map(({ model, subject, scatter }) => ({ model, subject, value: scatter })),
      ),
    ]),
  );
}

function paired(models: [string, string], measure: Paired['measure'], placed: readonly Placed[]): Paired {
  const [first, second] = models;
  const valuesOf = (name: string): Map<string, number> =>
    new Map(placed.filter(({ model }) => model === name).map(({ subject, value }) => [subject, value]));
  const others = valuesOf(second);
  const differences = [...valuesOf(first)].flatMap(([subject, value]) => {
    const other = others.get(subject);
    return other === undefined ? [] : [value - other];
  });
  const firstLess = differences.filter((difference) => difference < 0).length;
  const secondLess = differences.filter((difference) => difference > 0).length;
  const p = signTest(firstLess, secondLess);
  const isClear = firstLess + secondLess >= FEWEST_PAIRS && p < MOST_CHANCE;
  return {
    ...{ models, measure, pairs: differences.length, less: [firstLess, secondLess], p },
    fewer: !isClear ? null : firstLess > secondLess ? first : second,
  };
}
