import { targetsOf } from '../edit/delivery.js';
import type { EditPlan } from '../edit/plan.js';
import { numbered } from '../edit/targets.js';
import type { Delivery } from '../ledger/job.js';
import { keptPath } from '../ledger/portable-path.js';
import type { Claims } from './claims.js';
import { outDirProblem } from './out-dir.js';

/** As long as the real one, which is known only after the submit. */
const SOME_REQUEST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Gives the pictures of a row names that no other row of the manifest has. Where the row names none itself they are
 * numbered, in the order of the manifest and not of finishing: another machine comes to the same names.
 *
 * @param place of the row, for the message to another one
 * @param outDir absolute
 * @returns the names as the out-dir keeps them, as far as they are known before the submit
 */
export function nameRow(
  { delivery, seed, model, numImages }: Pick<EditPlan, 'delivery' | 'seed' | 'model' | 'numImages'>,
  place: string,
  outDir: string,
  claims: Claims,
): { delivery: Delivery; names: string[]; problem?: string } {
  const namesOf = (own: Delivery): string[] => {
    const targets = targetsOf(own, { seed, model: model.name });
    return Array.from({ length: numImages }, (_, index) =>
      keptPath(targets.pathOf(index, SOME_REQUEST_ID), outDir),
    );
  };
  const names = namesOf(delivery);
  const outside = names.map(outDirProblem).find((problem) => problem !== undefined);
  if (outside !== undefined) return { delivery, names, problem: `${outside}.` };
  // Every request has another id.
  if (delivery.template.includes('{request_id}')) return { delivery, names: [] };
  if (delivery.numberWhenTaken) {
    const withNumber = (number: number): Delivery => ({
      ...delivery,
      template: numbered(delivery.template, number),
    });
    const [first = ''] = names;
    const namesWith = (number: number): string[] => (number === 1 ? names : namesOf(withNumber(number)));
    const number = claims.claimNumbered(first, namesWith, place);
    return { delivery: withNumber(number), names: namesWith(number) };
  }
  for (const name of names) {
    const holder = claims.claimName(name, place);
    if (holder === undefined) continue;
    const problem = `${name} is already the output of ${holder}. Add a column, {index} or {seed} to the name.`;
    return { delivery, names, problem };
  }
  return { delivery, names };
}
