import { itemsOf, takesText } from '../models/allowed.js';
import { findFileFields } from '../models/fields.js';
import type { Model } from '../models/model.js';
import { SIZE_PRESETS, type Dimensions, type SizePreset } from '../models/request.js';
import { keyOf, schemaOf } from './model-fields.js';
import { shortValue } from './short-value.js';

/** A form that a value may have for another model. */
export interface ValueForm {
  value: unknown;
  /** How it differs from the value, as a clause; undefined for the value itself. */
  why?: string;
  /** Whether it is of another type of JSON. */
  isReshaped?: boolean;
}

/** The forms that a value may have for a field of another model, itself first. */
export function formsOf(value: unknown, field: string, model: Model): ValueForm[] {
  return [
    { value },
    ...asWord(value, field, model),
    ...asJson(value),
    ...formatNames(value, field, model),
    ...sizes(value, field, model),
    ...pictures(value, field, model),
  ];
}

/** The first form that the model's field takes; undefined if it takes none. */
export function takenForm(value: unknown, field: string, model: Model): ValueForm | undefined {
  const schema = schemaOf(model, field);
  return formsOf(value, field, model).find((form) => schema?.safeParse(form.value).success === true);
}

/** A number may be one of the words that a field takes: "2". */
function asWord(value: unknown, field: string, model: Model): ValueForm[] {
  const schema = schemaOf(model, field);
  if (typeof value !== 'number' || schema === undefined || takesText(schema)) return [];
  return [{ value: String(value), why: 'converted to text' }];
}

/** A text may stand for JSON: "0.6" for 0.6, "true" for true. */
function asJson(value: unknown): ValueForm[] {
  if (typeof value !== 'string') return [];
  try {
    const read = JSON.parse(value) as unknown;
    return [{ value: read, why: `converted from text to ${shortValue(read)}` }];
  } catch {
    return [];
  }
}

/** fal writes JPEG as `jpeg` or `jpg`. */
function formatNames(value: unknown, field: string, model: Model): ValueForm[] {
  if (keyOf(model, field) !== 'format') return [];
  const other = { jpeg: 'jpg', jpg: 'jpeg' }[String(value)];
  return other === undefined ? [] : [{ value: other, why: `called ${other} here` }];
}

/** A size is a name, its sides as an object, or both sides in one word. */
function sizes(value: unknown, field: string, model: Model): ValueForm[] {
  if (keyOf(model, field) !== 'size') return [];
  const sides = sidesOf(value);
  if (sides === undefined) return [];
  const { width, height } = sides;
  const names = (Object.entries(SIZE_PRESETS) as [SizePreset, Dimensions][]).filter(
    ([, preset]) => preset.width === width && preset.height === height,
  );
  return [
    { value: { width, height } },
    { value: `${width}x${height}` },
    ...names.map(([name]) => ({ value: name })),
  ].map((form) => ({ ...form, why: `written ${shortValue(form.value)}`, isReshaped: true }));
}

function sidesOf(value: unknown): Dimensions | undefined {
  if (typeof value === 'string') {
    if (Object.hasOwn(SIZE_PRESETS, value)) return SIZE_PRESETS[value as SizePreset];
    const [, width, height] = /^(\d{1,6})x(\d{1,6})$/.exec(value) ?? [];
    return width === undefined ? undefined : { width: Number(width), height: Number(height) };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { width, height, ...others } = value as { width?: unknown; height?: unknown };
  const isSides = typeof width === 'number' && typeof height === 'number' && Object.keys(others).length === 0;
  return isSides ? { width, height } : undefined;
}

/** A field for pictures may take one picture, or a list. */
function pictures(value: unknown, field: string, model: Model): ValueForm[] {
  const schema = schemaOf(model, field);
  if (schema === undefined) return [];
  const items = itemsOf(schema);
  if (typeof value === 'string' && items !== undefined && findFileFields(items, value).length > 0) {
    return [{ value: [value], why: 'a list', isReshaped: true }];
  }
  const [only, ...others] = Array.isArray(value) ? (value as unknown[]) : [];
  return others.length === 0 && findFileFields(schema, only).length > 0
    ? [{ value: only, why: 'one picture, not a list', isReshaped: true }]
    : [];
}
