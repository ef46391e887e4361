import { problemsError, type FieldProblem } from '../errors/error.js';
import { allowed } from '../models/allowed.js';
import { findFileFields } from '../models/fields.js';
import type { Model } from '../models/model.js';
import { listText } from '../text.js';
import type { FieldChange } from './field-change.js';
import { takenForm } from './forms-of-value.js';
import { counterpartOf, defaultOf, isRead, isRequired, meantBy, schemaOf } from './model-fields.js';
import { isSame } from './plain-field.js';
import { shortValue } from './short-value.js';

/** Whether a field that the old model lacks is one that the other model must have, so that only its user can add it. */
export function isNeeded(field: string, from: Model, to: Model): boolean {
  const isMissing = schemaOf(from, field) === undefined && isRead(to, field);
  return isMissing && isWanted(field, to) && counterpartOf(field, to, from) === undefined;
}

/** The fields that the other model must have and the request left to the old one's defaults, with these. */
export function requiredDefaults(
  own: Readonly<Record<string, unknown>>,
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): { input: Record<string, unknown>; changes: FieldChange[] } {
  const filled = missingIn(own, to).flatMap((target) => {
    const field = counterpartOf(target, to, from);
    const isSet = field !== undefined && (input[field] ?? undefined) !== undefined;
    const fallback = field === undefined || isSet ? undefined : defaultOf(from, field);
    const taken = fallback === undefined ? undefined : takenForm(fallback, target, to);
    if (field === undefined || taken === undefined) return [];
    const why = `the default of ${from.name}, ${shortValue(fallback)}: ${to.name} must have it`;
    const change = { field, kind: field === target ? 'kept' : 'renamed', to: target, why } as const;
    return [{ target, value: taken.value, change }];
  });
  return {
    input: Object.fromEntries(filled.map(({ target, value }) => [target, value])),
    changes: filled.map(({ change }) => change),
  };
}

/**
 * Refuses a translation that is no edit: fields are missing that the other model must have, or every picture.
 *
 * @param own the input for the other model
 * @throws FalEditError (input): names them
 */
export function refuseMissing(
  own: Readonly<Record<string, unknown>>,
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): void {
  const missing = missingIn(own, to);
  if (missing.length === 0) return;
  const problems = missing.map((target) => problemOf(target, input, from, to));
  const names = problems.map(({ field }) => field ?? '');
  const isOfFrom = names.every((name) => isRequired(from, name));
  throw problemsError('input', problems, {
    hint: isOfFrom
      ? `A request for ${from.name} needs ${listText(names, 'and')}. Use --from if it was made for another model.`
      : `Add ${listText(names, 'and')} to the request: ${to.name} must have ${names.length === 1 ? 'it' : 'them'}.`,
  });
}

function problemOf(
  target: string,
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): FieldProblem {
  const schema = schemaOf(to, target);
  const form = schema === undefined ? 'a picture' : allowed(schema);
  const field = counterpartOf(target, to, from);
  const name = field ?? target;
  if ((input[name] ?? undefined) !== undefined && !isSame(input[name], [])) {
    return { field: name, message: `fal cannot use this value. For ${to.name}, it must be ${form}.` };
  }
  if (field === undefined) {
    return {
      field: name,
      message: `is missing. ${from.name} has no such field; for ${to.name}, it must be ${form}.`,
    };
  }
  const misspelt = Object.keys(input).find((one) => !isRead(from, one) && meantBy(from, one) === field);
  const hint = misspelt === undefined ? '' : ` ${from.name} has no field ${JSON.stringify(misspelt)}.`;
  return { field, message: `is missing.${hint}` };
}

/** The fields without which the input is no edit. Without a picture, some models would make one from the prompt alone. */
function missingIn(own: Readonly<Record<string, unknown>>, to: Model): string[] {
  const missing = Object.keys(to.input.shape).filter(
    (field) => isWanted(field, to) && (own[field] === undefined || isSame(own[field], [])),
  );
  if (missing.length > 0 || hasPicture(own, to)) return missing;
  return Object.keys(to.input.shape)
    .filter((field) => takesPictures(field, to))
    .slice(0, 1);
}

function isWanted(field: string, to: Model): boolean {
  return isRequired(to, field) || to.fields.images?.[0] === field;
}

function hasPicture(own: Readonly<Record<string, unknown>>, to: Model): boolean {
  return findFileFields(to.input, own).some(({ role }) => role === 'picture');
}

function takesPictures(field: string, to: Model): boolean {
  const schema = schemaOf(to, field);
  const files = schema === undefined ? [] : ['x', ['x']].flatMap((one) => findFileFields(schema, one));
  return files.some(({ role }) => role === 'picture');
}
