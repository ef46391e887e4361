import { problemsError } from '../errors/error.js';
import type { Model } from '../models/model.js';
import { adviceFor } from './advice.js';
import { defaultChanges } from './defaults.js';
import type { FieldChange, Translation } from './field-change.js';
import { ignoredChange } from './ignored.js';
import { translateLoras } from './loras.js';
import { counterpartOf, keyOf, meantBy, schemaOf } from './model-fields.js';
import { translatePictures } from './pictures.js';
import { plainField } from './plain-field.js';

export interface TranslateOptions {
  /** Keep LoRAs that were trained for another family, as far as the other model's limits let them in. */
  keepLoras: boolean;
}

/**
 * Translates a request of one model into a request of another, by what fal really did. The result is valid for
 * the other model; fields that it does not accept are left out and reported.
 *
 * @param input fal's input for `from`; values and names may be anything
 * @throws FalEditError (input): it has no prompt or no picture that the other model accepts
 */
export function translate(
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
  { keepLoras }: TranslateOptions,
): Translation {
  const own: Record<string, unknown> = {};
  const changes = Object.entries(input).flatMap(([field, value]) => {
    const moved = moveField(field, value, { input, from, to, keepLoras });
    if (moved.target !== undefined && moved.value !== undefined) own[moved.target] = moved.value;
    return moved.changes;
  });
  refuseMissing(own, input, from, to);
  return { input: own, changes: [...changes, ...defaultChanges(input, from, to)] };
}

interface Move extends TranslateOptions {
  input: Readonly<Record<string, unknown>>;
  from: Model;
  to: Model;
}

interface Moved {
  target?: string;
  value?: unknown;
  changes: FieldChange[];
}

function moveField(field: string, value: unknown, { input, from, to, keepLoras }: Move): Moved {
  const ignored = ignoredChange(field, input, from, to);
  if (ignored !== undefined) return { changes: [ignored] };
  const key = keyOf(from, field);
  const target = counterpartOf(field, from, to);
  // fal's way to leave an optional field unset.
  if (value === null) return { changes: [{ field, kind: 'dropped', why: 'null is the same as not set' }] };
  if (target === undefined) return { changes: [{ field, kind: 'dropped', ...adviceFor(field, key, to) }] };
  const source = { field, value, target };
  if (key === 'images') return { target, ...translatePictures(source, to) };
  if (key === 'loras') return { target, ...translateLoras(source, from, to, keepLoras) };
  const plain = plainField(source, from, to);
  return { target, value: plain.value, changes: [plain.change] };
}

/** Without a prompt or a picture there is no edit. */
function refuseMissing(
  own: Readonly<Record<string, unknown>>,
  input: Readonly<Record<string, unknown>>,
  from: Model,
  to: Model,
): void {
  const lacking = Object.keys(to.input.shape).filter(
    (field) => own[field] === undefined && schemaOf(to, field)?.safeParse(undefined).success === false,
  );
  if (lacking.length === 0) return;
  const names = lacking.map((field) => nameIn(from, to, field));
  const problems = names.map((field) => {
    if ((input[field] ?? undefined) !== undefined) return { field, message: 'fal cannot use this value.' };
    const misspelt = Object.keys(input).find((name) => meantBy(from, name) === field);
    const hint = misspelt === undefined ? '' : ` ${from.name} has no field ${JSON.stringify(misspelt)}.`;
    return { field, message: `is missing.${hint}` };
  });
  throw problemsError('input', problems, {
    hint: `A request for ${from.name} needs ${names.join(' and ')}. Use --from if it was made for another model.`,
  });
}

function nameIn(from: Model, to: Model, field: string): string {
  const key = keyOf(to, field);
  return (key === undefined ? undefined : from.fields[key]?.[0]) ?? field;
}
