import { FalEditError } from '../errors.js';
import type { Fields, Position, Problem } from './manifest/entry.js';

/** Kinds of error that are about a row: with it something is wrong, or it could cost nobody knows what. */
const OF_A_ROW: readonly string[] = ['usage', 'input', 'budget'];

/** Fields that are spoken of in every row, though it may not have them. */
const OF_EACH_ROW: readonly string[] = ['image', 'prompt', 'output'];

/** The problems that an error reports about a row, one per line. Other errors are thrown on. */
export function problemsOf(error: unknown, place: Position, fields: Fields): Problem[] {
  if (!(error instanceof FalEditError) || !OF_A_ROW.includes(error.kind)) throw error;
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  const lines = error.message.split('\n');
  return lines.map((line, index) => {
    const [, field = '', rest = ''] = /^([\w.-]+): (.*)$/s.exec(line) ?? [];
    const isField = Object.hasOwn(fields, field) || OF_EACH_ROW.includes(field);
    const message = `${isField ? rest : line}${index === lines.length - 1 ? hint : ''}`;
    return isField ? { place, field, message } : { place, message };
  });
}
