import { FalEditError, problemsIn } from '../../errors/error.js';
import type { Position, Problem } from '../manifest/entry.js';

/** Kinds of error that are about a row: something is wrong with it, or its cost has no known maximum. */
const OF_A_ROW: readonly string[] = ['usage', 'input', 'budget'];

/** Problems of a row. Anything but a wrong row is thrown on. */
export function problemsOf(error: unknown, place: Position): Problem[] {
  if (!(error instanceof FalEditError) || !OF_A_ROW.includes(error.kind)) throw error;
  const { kind, hint } = error;
  const problems = problemsIn(error);
  return problems.map(({ field, message }, index) => ({
    place,
    ...(field === null ? {} : { field }),
    message,
    kind,
    ...(hint === undefined || index < problems.length - 1 ? {} : { hint }),
  }));
}
