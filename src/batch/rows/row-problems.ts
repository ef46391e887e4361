import { FalEditError, problemsIn } from '../../errors/error.js';
import type { Position, Problem } from '../manifest/entry.js';

/** Kinds of error that concern a row: it is invalid, or its cost has no known maximum. */
const OF_A_ROW: readonly string[] = ['usage', 'input', 'budget'];

/** Converts an error of a row to problems. Rethrows any other error. */
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
