import { distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import type { Model } from '../models/model.js';
import { FLAG_OF, type RequestKey } from '../models/request.js';
import { MASK_NAMES } from '../models/schema/pictures.js';

/** The schema of a field of fal's input; undefined where the model has none of that name. */
export function schemaOf(model: Model, field: string): z.ZodType | undefined {
  const shape = model.input.shape as Record<string, z.ZodType>;
  return Object.hasOwn(shape, field) ? shape[field] : undefined;
}

/** fal's default of a field; undefined if it does not say. */
export function defaultOf(model: Model, field: string): unknown {
  return schemaOf(model, field)?.meta()?.['default'];
}

/** fal's sentences about a field; empty if there are none. */
export function aboutOf(model: Model, field: string): string {
  return schemaOf(model, field)?.meta()?.description ?? '';
}

/** Whether a request must have the field. */
export function isRequired(model: Model, field: string): boolean {
  return schemaOf(model, field)?.safeParse(undefined).success === false;
}

/** The request key that a field belongs to; undefined for a field that only `--set` fills. */
export function keyOf(model: Model, field: string): RequestKey | undefined {
  return entriesOf(model).find(([, [first]]) => first === field)?.[0];
}

/**
 * The field that fal reads instead of this one, where this one only repeats it for others (`image_strength` repeats
 * `strength`); undefined where fal reads the field itself.
 */
export function readInstead(model: Model, field: string): string | undefined {
  return entriesOf(model).find(([, [, ...others]]) => others.includes(field))?.[1][0];
}

/** Whether fal reads the field. */
export function isRead(model: Model, field: string): boolean {
  return schemaOf(model, field) !== undefined && readInstead(model, field) === undefined;
}

/**
 * The other model's field for the same setting: the one that the same flag fills, else the one of the same name, unless
 * that is filled by another flag. Undefined if it has none.
 */
export function counterpartOf(field: string, from: Model, to: Model): string | undefined {
  const key = keyOf(from, field);
  const same = key === undefined ? undefined : to.fields[key]?.[0];
  if (same !== undefined) return same;
  if (isRead(to, field)) {
    const other = keyOf(to, field);
    return other === undefined || from.fields[other] === undefined ? field : undefined;
  }
  return MASK_NAMES.includes(field)
    ? MASK_NAMES.find((name) => isRead(to, name) && !isRead(from, name))
    : undefined;
}

/**
 * The field of the model that was probably meant by an unknown name: the one that a flag of that name fills, or
 * one with a similar name. Undefined if none is close.
 */
export function meantBy(model: Model, name: string): string | undefined {
  const written = spelled(name);
  const [near] = namesOf(model)
    // A name that differs by more than a third is not a typo.
    .filter(({ known }) => Math.abs(known.length - written.length) <= known.length / 3)
    .map(({ field, known }) => ({ field, slips: distance(written, known), most: known.length / 3 }))
    .filter(({ slips, most }) => slips <= most)
    .sort((a, b) => a.slips - b.slips);
  return near?.field;
}

type Names = readonly { field: string; known: string }[];

/** Garbage may have thousands of fields, and each needs these names. */
const names = new WeakMap<Model, Names>();

function namesOf(model: Model): Names {
  const found = names.get(model) ?? namesIn(model);
  names.set(model, found);
  return found;
}

/** Names of a model's fields: flags, and fal's own names. */
function namesIn(model: Model): Names {
  const ofFlags = entriesOf(model).flatMap(([key, [field]]) =>
    field === undefined ? [] : [{ field, known: spelled(FLAG_OF[key].slice(2)) }],
  );
  const ofFields = Object.keys(model.input.shape)
    .filter((field) => isRead(model, field))
    .map((field) => ({ field, known: spelled(field) }));
  return [...ofFlags, ...ofFields];
}

/** `numInferenceSteps`, `num-inference-steps` and the plural of a name are one to people. */
function spelled(name: string): string {
  const words = name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`);
  return words.toLowerCase().replaceAll('-', '_').replace(/s$/, '');
}

function entriesOf(model: Model): [RequestKey, readonly string[]][] {
  return Object.entries(model.fields) as [RequestKey, readonly string[]][];
}
