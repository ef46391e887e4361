import type { Model } from '../models/model.js';
import type { FieldChange } from './field-change.js';
import { defaultOf, keyOf, meantBy, readInstead, schemaOf } from './model-fields.js';
import { isSame } from './plain-field.js';
import { shortValue } from './short-value.js';

/**
 * The change of a field that fal ignored on the old model; undefined for one that it read. An ignored field is
 * not translated, even if the other model has it: the request worked without it.
 */
export function ignoredChange(
  field: string,
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): FieldChange | undefined {
  const read = readInstead(from, field);
  if (read !== undefined) return repeated(field, read, input, from, to);
  if (schemaOf(from, field) !== undefined) return undefined;
  const meant = meantBy(from, field);
  const instead = meant === undefined ? addIt(field, to) : `You may have meant ${meant}`;
  return {
    field,
    kind: 'ignored',
    why: `${from.name} has no such field: fal ignored it`,
    ...(instead === undefined ? {} : { instead }),
  };
}

/** A second name of a value, which fal does not know (fal-api.md 1.1). */
function repeated(
  field: string,
  read: string,
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): FieldChange {
  const used = input[read] ?? undefined;
  if (used !== undefined) {
    const said = isSame(used, input[field]) ? `same value as ${read}` : `fal used ${read}`;
    return { field, kind: 'ignored', why: `${said}: fal reads only ${read}` };
  }
  const key = keyOf(from, read);
  const other = key === undefined ? undefined : to.fields[key]?.[0];
  const fallback = defaultOf(from, read);
  return {
    field,
    kind: 'ignored',
    why:
      `fal reads only ${read}, so ${shortValue(input[field])} had no effect` +
      (fallback === undefined ? '' : `: fal used ${read} ${shortValue(fallback)}`),
    instead: other === undefined ? `${from.name} calls it ${read}` : `Set ${other} to use it`,
  };
}

function addIt(field: string, to: Model): string | undefined {
  const own = schemaOf(to, field) === undefined ? undefined : (readInstead(to, field) ?? field);
  return own === undefined ? undefined : `${to.name} has ${own}: add it to use it`;
}
