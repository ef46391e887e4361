import type { Model } from '../models/model.js';
import { adviceFor } from './advice.js';
import { defaultChanges } from './defaults.js';
import type { FieldChange, Translation } from './field-change.js';
import { ignoredChange } from './ignored.js';
import { translateLoras } from './loras.js';
import { counterpartOf, defaultOf, keyOf, schemaOf } from './model-fields.js';
import { translatePictures } from './pictures.js';
import { plainField } from './plain-field.js';
import { isNeeded, refuseMissing, requiredDefaults } from './required.js';

export interface TranslateOptions {
  /** Keep LoRAs that were trained for another family, as far as the other model's limits let them in. */
  keepLoras: boolean;
}

/**
 * Translates a request of one model into a request of another, by what fal really did. The result is valid for
 * the other model; fields that it does not accept are left out and reported.
 *
 * @param input fal's input for `from`; values and names may be anything
 * @throws FalEditError (input): it has no picture, or lacks a field that the other model must have
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
  const defaults = requiredDefaults(own, input, from, to);
  Object.assign(own, defaults.input);
  refuseMissing(own, input, from, to);
  return {
    input: { ...own, ...to.always },
    changes: [...changes, ...defaults.changes, ...defaultChanges(input, own, from, to)],
  };
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
  if (isNeeded(field, from, to)) return addedField(field, value, from, to);
  const ignored = ignoredChange(field, input, from, to);
  if (ignored !== undefined) return { changes: [ignored] };
  const key = keyOf(from, field);
  const target = counterpartOf(field, from, to);
  if (value === null && !hasMeaning(field, from)) {
    return { changes: [{ field, kind: 'dropped', why: 'null is the same as not set' }] };
  }
  if (target === undefined) return { changes: [{ field, kind: 'dropped', ...adviceFor(field, key, to) }] };
  const source = { field, value, target };
  const role = keyOf(to, target);
  if (role === 'images' && value !== null) return { target, ...translatePictures(source, to) };
  if (role === 'loras' && value !== null) return { target, ...translateLoras(source, from, to, keepLoras) };
  const plain = plainField(source, from, to);
  return { target, value: plain.value, changes: [plain.change] };
}

/** A field that fal ignored on the old model, and that the other model must have. */
function addedField(field: string, value: unknown, from: Model, to: Model): Moved {
  const source = { field, value, target: field };
  const why = `${to.name} must have it, and ${from.name} has no such field`;
  if (keyOf(to, field) === 'images') {
    const pictures = translatePictures(source, to);
    return {
      target: field,
      value: pictures.value,
      changes: pictures.changes.map((change) => (change.kind === 'kept' ? { why, ...change } : change)),
    };
  }
  const { value: own, change } = plainField(source, from, to);
  return { target: field, value: own, changes: [own === undefined ? change : { ...change, why }] };
}

/** fal's way to leave an optional field unset is null, which differs from leaving it out where it has a default. */
function hasMeaning(field: string, from: Model): boolean {
  return schemaOf(from, field)?.safeParse(null).success === true && defaultOf(from, field) !== undefined;
}
