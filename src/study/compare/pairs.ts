import { signTest } from '../sign-test.js';
import { MEASURES, modelOf, subjectOf, valueOf, type ComparedEdit, type Measure } from './measures.js';
import type { Scattered } from './scattered.js';

/** With fewer pairs that differ, even a unanimous result can be chance. */
export const FEWEST_PAIRS = 6;

/** A difference must be at least this improbable under chance. */
const MOST_CHANCE = 0.05;

/** Two models on the same pictures, prompts and seeds: which one has less of something, and how often. */
export interface Paired {
  models: [string, string];
  measure: Measure | 'scatter';
  /** Number of pairs with both values. */
  pairs: number;
  /** In how many the first has less, and in how many the second; in the rest they are equal. */
  less: [number, number];
  /** Probability of so uneven a count by chance (two-sided sign test), 0..1. */
  p: number;
  /** The model that has less; null where the pairs cannot tell. */
  fewer: string | null;
}

/** A model's value for a picture, prompt and seed. */
interface Placed {
  model: string;
  subject: string;
  value: number;
}

/** Every two of the models, by every measure. */
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
