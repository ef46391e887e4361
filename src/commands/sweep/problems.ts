import { problemsError, problemText, type FalEditError, type FieldProblem } from '../../errors/error.js';
import type { Problem } from '../../batch/manifest/entry.js';
import type { AxisTarget } from '../../study/sweep/target.js';
import type { SweepPlan } from './plan.js';

/**
 * Error for the problems of a sweep's cells: each once, however many cells have it, with the names of the axes.
 *
 * @param place name of `--vary` in messages
 */
export function cellsError(
  problems: readonly Problem[],
  { axes }: Pick<SweepPlan, 'axes'>,
  place: string,
): FalEditError {
  const axisOf = new Map(axes.map(({ name, target }) => [fieldOf(target), name]));
  const named = new Map<string, FieldProblem>();
  for (const { field = null, message } of problems) {
    const axis = field === null ? undefined : axisOf.get(field);
    const problem = { field: axis === undefined ? field : `${place} ${axis}`, message };
    named.set(problemText(problem), problem);
  }
  // In the order of the axes: cells vary the last one first.
  const rank = ({ field }: FieldProblem): number => {
    const index = axes.findIndex(({ name }) => field === `${place} ${name}`);
    return index === -1 ? axes.length : index;
  };
  const listed = [...named.values()].sort((one, other) => rank(one) - rank(other));
  const hint = problems.find((problem) => problem.hint !== undefined)?.hint;
  return problemsError(problems[0]?.kind ?? 'usage', listed, { hint });
}

/** The field that a problem with a value of the axis is about. */
function fieldOf(target: AxisTarget): string {
  if (target.kind === 'set') return `set ${target.key}`;
  return target.kind === 'scale' ? 'lora' : target.field;
}
