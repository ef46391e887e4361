import { cameOut, subjectOf, type ComparedEdit } from '../compare/measures.js';
import { grouped } from '../grouped.js';
import type { Choice } from './choices.js';

/** Two results of the same picture, prompt and seed by two models. */
export interface Pair<Edit extends ComparedEdit = ComparedEdit> {
  left: Edit;
  right: Edit;
}

/**
 * Pairs without a choice yet, in random order and on random sides.
 *
 * @param random returns a number in [0, 1)
 */
export function openPairs<Edit extends ComparedEdit>(
  edits: readonly Edit[],
  choices: readonly Choice[],
  random: () => number,
): Pair<Edit>[] {
  const judged = new Set(choices.map(({ left, right }) => bothOf(left, right)));
  const open = allPairs(edits).filter(
    ({ left, right }) => !judged.has(bothOf(left.result.key, right.result.key)),
  );
  return shuffled(open, random).map(({ left, right }) =>
    random() < 0.5 ? { left, right } : { left: right, right: left },
  );
}

/** Every pair of models with results for the same picture, prompt and seed. */
export function allPairs<Edit extends ComparedEdit>(edits: readonly Edit[]): Pair<Edit>[] {
  const places = grouped(edits.filter(cameOut), (edit) => subjectOf(edit, true));
  return [...places.values()].flatMap((group) =>
    group.flatMap((left, index) => group.slice(index + 1).map((right) => ({ left, right }))),
  );
}

/** Key of two results, regardless of side. */
function bothOf(one: string, other: string): string {
  return [one, other].sort().join(' ');
}

/** Fisher–Yates shuffle. */
function shuffled<T>(things: readonly T[], random: () => number): T[] {
  const left = [...things];
  const taken: T[] = [];
  while (left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1));
  return taken;
}
