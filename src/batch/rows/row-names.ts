import { numbered, pathOf } from '../../edit/plan/output.js';
import type { OutputSpec } from '../../ledger/job.js';
import { keptPath } from '../../ledger/rows.js';
import type { Claims } from './claims.js';
import { outDirProblem } from '../folder/out-dir.js';

/**
 * Gives a row's pictures names that are unique in the manifest. Unless the row names its output, they are numbered in
 * manifest order, not in order of completion: other machines get the same names.
 *
 * @param where the row's position, for messages about other rows
 * @param outDir absolute
 * @returns the names relative to the out-dir, as far as known before the submit
 */
export function nameRow(
  output: OutputSpec,
  where: string,
  outDir: string,
  claims: Claims,
): { output: OutputSpec; names: string[]; problem?: string } {
  const namesOf = (own: OutputSpec): string[] =>
    Array.from({ length: own.count }, (_, index) => keptPath(pathOf(own, index), outDir));
  const names = namesOf(output);
  const outside = names.map(outDirProblem).find((problem) => problem !== undefined);
  if (outside !== undefined) return { output, names, problem: `${outside}.` };
  // Request ids are unique.
  if (output.template.includes('{request_id}')) return { output, names: [] };
  if (output.numberWhenTaken) {
    const withNumber = (number: number): OutputSpec => ({
      ...output,
      template: numbered(output.template, number),
    });
    const [first = ''] = names;
    const namesWith = (number: number): string[] => (number === 1 ? names : namesOf(withNumber(number)));
    const number = claims.claimNumbered(first, namesWith, where);
    return { output: withNumber(number), names: namesWith(number) };
  }
  for (const name of names) {
    const holder = claims.claimName(name, where);
    if (holder === undefined) continue;
    const problem = `${name} is already the output of ${holder}. Add a column, {index} or {seed} to the name.`;
    return { output, names, problem };
  }
  return { output, names };
}
