import type { FlagValue } from '../../config/settings.js';
import { expectationsDocument, readExpectations } from '../../batch/expect/expectations.js';
import type { FieldValue, Fields } from '../../batch/manifest/entry.js';
import {
  FalEditError,
  fieldError,
  type FieldProblem,
  problemsError,
  problemsIn,
} from '../../errors/error.js';
import { isPrintable } from '../../images/names.js';
import { EDIT_EXCLUSIVE, type EditingName } from '../flags/editing.js';
import { flagValueOf } from '../rows/values.js';
import { meaningOf, type RowFlag } from '../rows/fields.js';

/** The fields of a row, sorted by kind. */
export interface SortedRow {
  /** By the flag's long name. */
  values: Partial<Record<EditingName, FlagValue>>;
  /** Name of each flag's field in the manifest. */
  origins: Partial<Record<EditingName, string>>;
  /** Switches that the row turns off. */
  off: EditingName[];
  id: string | undefined;
  expectations: Record<string, unknown>;
  /** Unknown fields: columns for placeholders, or typos. */
  others: string[];
}

const LONGEST_ID = 200;

/** Sorts the fields of a row. A null counts as missing. @throws FalEditError (usage), one line per problem */
export function sortFields(fields: Fields): SortedRow {
  const row: SortedRow = { values: {}, origins: {}, off: [], id: undefined, expectations: {}, others: [] };
  const problems: FieldProblem[] = [];
  for (const [field, value] of Object.entries(fields)) {
    if (value === null) continue;
    try {
      take(row, field, value);
    } catch (error) {
      if (!(error instanceof FalEditError)) throw error;
      problems.push(...problemsIn(error));
    }
  }
  for (const [one, other] of EDIT_EXCLUSIVE) {
    if (row.values[one] === undefined || row.values[other] === undefined) continue;
    problems.push({
      field: row.origins[one] ?? one,
      message: `cannot be used with ${row.origins[other] ?? other}. Use one of them.`,
    });
  }
  if (problems.length > 0) throw problemsError('usage', problems);
  return row;
}

function take(row: SortedRow, field: string, value: FieldValue): void {
  const meaning = meaningOf(field);
  if (meaning === undefined) {
    row.others.push(field);
    return;
  }
  const { part } = meaning;
  const whole = part === undefined ? value : { [part]: value };
  if (meaning.kind === 'flag') {
    takeFlag(row, meaning.flag, whole, field, part !== undefined);
  } else if (meaning.name === 'id') {
    row.id = idOf(value, field);
  } else {
    Object.assign(row.expectations, expectationsDocument(readExpectations(whole, field)));
  }
}

function takeFlag(
  { values, origins, off }: SortedRow,
  flag: RowFlag,
  value: FieldValue,
  field: string,
  isPart: boolean,
): void {
  const { name } = flag;
  const before = values[name];
  if (before !== undefined && name !== 'set' && name !== 'file') {
    throw fieldError(field, `is the same as ${origins[name] ?? name}. Use one of them.`);
  }
  const own = flagValueOf(flag, value, field);
  if (own === undefined) {
    off.push(name);
    return;
  }
  values[name] = before === undefined ? own : [before, own].flat();
  origins[name] = isPart ? name : field;
}

function idOf(value: FieldValue, field: string): string {
  const id = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  if (id !== '' && !isPrintable(id)) {
    throw fieldError(field, `${JSON.stringify(value)} contains a control character.`);
  }
  if (id !== '' && id.length <= LONGEST_ID) return id;
  throw fieldError(
    field,
    `must be text of 1 to ${LONGEST_ID} characters or a number, not ${JSON.stringify(value)}.`,
  );
}
