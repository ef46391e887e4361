import * as z from 'zod';
import { allowed } from '../models/allowed.js';
import type { Model } from '../models/model.js';
import { MASK_NAMES } from '../models/schema/pictures.js';
import type { FieldChange } from './field-change.js';
import { takenForm } from './forms-of-value.js';
import { aboutOf, defaultOf, keyOf, schemaOf } from './model-fields.js';
import { shortValue } from './short-value.js';

/** A field's value for the other model; undefined where it does not take it. */
export interface PlainField {
  value: unknown;
  change: FieldChange;
}

/** A value that goes over as it is, or in another form of the same, if the other model takes it. */
export function plainField(
  { field, value, target }: { field: string; value: unknown; target: string },
  from: Model,
  to: Model,
): PlainField {
  const taken = takenForm(value, target, to);
  if (taken === undefined) return { value: undefined, change: outOfRange(field, value, target, to) };
  const other = otherMeaning(field, target, from, to);
  const remarks = [
    ...(taken.why === undefined ? [] : [taken.why]),
    ...otherDefault(field, target, from, to),
    ...(from.fields.seed?.[0] === field ? ['the same seed gives a different picture on another model'] : []),
    ...(isUnchecked(target, to) ? [`fal does not describe it for ${to.name}: not checked`] : []),
    ...(other === undefined ? [] : [other]),
  ];
  return {
    value: taken.value,
    change: {
      field,
      kind: taken.isReshaped === true ? 'reshaped' : field === target ? 'kept' : 'renamed',
      to: target,
      ...(remarks.length === 0 ? {} : { why: remarks.join('; ') }),
      ...(other === undefined ? {} : { instead: 'Check the value: it may not mean the same' }),
    },
  };
}

/** Change for a value that the other model does not accept. */
export function outOfRange(field: string, value: unknown, target: string, to: Model): FieldChange {
  const schema = schemaOf(to, target);
  const fallback = defaultOf(to, target);
  return {
    field,
    kind: 'out_of_range',
    why: `${shortValue(value)} is left out; allowed: ${schema === undefined ? 'nothing' : allowed(schema)}`,
    instead:
      fallback === undefined
        ? `Set ${target} to an allowed value`
        : `Without it, ${to.name} uses ${shortValue(fallback)}`,
  };
}

/**
 * fal's sentences about a strength or a mask for both models, if they differ: for some models, 1 keeps the picture, and
 * for some, black is the part that changes. Listed models agree. Undefined for other fields.
 */
export function otherMeaning(field: string, target: string, from: Model, to: Model): string | undefined {
  const isNamed = keyOf(to, target) === 'strength' || MASK_NAMES.includes(target);
  if (!isNamed || (from.schema === undefined && to.schema === undefined)) return undefined;
  const [old, own] = [aboutOf(from, field), aboutOf(to, target)];
  if (plainWords(old) === plainWords(own)) return undefined;
  const said = (model: Model, about: string): string =>
    about === ''
      ? `nothing is known of ${model.name}`
      : `${model.name}: ${JSON.stringify(shortAbout(about))}`;
  return `${said(to, own)}; ${said(from, old)}`;
}

const LONGEST_ABOUT = 120;

function shortAbout(about: string): string {
  return about.length > LONGEST_ABOUT ? `${about.slice(0, LONGEST_ABOUT - 1)}…` : about;
}

function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Whether any value is taken, since fal's schema has no type for the field. */
function isUnchecked(target: string, to: Model): boolean {
  const schema = schemaOf(to, target);
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodUnknown;
}

function otherDefault(field: string, target: string, from: Model, to: Model): string[] {
  const [old, own] = [defaultOf(from, field), defaultOf(to, target)];
  return own === undefined || isSame(old, own) ? [] : [`the default of ${to.name} is ${shortValue(own)}`];
}

/** Whether two JSON values are the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
