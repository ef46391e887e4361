import { allowed } from '../models/allowed.js';
import type { Model } from '../models/model.js';
import type { FieldChange } from './field-change.js';
import { defaultOf, schemaOf } from './model-fields.js';
import { shortValue } from './short-value.js';

/** A field's value for the other model; undefined where it does not take it. */
export interface PlainField {
  value: unknown;
  change: FieldChange;
}

/** A value that goes over as it is, if the other model takes it. A number or a switch that is written as text is read. */
export function plainField(
  { field, value, target }: { field: string; value: unknown; target: string },
  from: Model,
  to: Model,
): PlainField {
  const schema = schemaOf(to, target);
  const taken = readings(value).find((reading) => schema?.safeParse(reading).success === true);
  if (taken === undefined) return { value: undefined, change: outOfRange(field, value, target, to) };
  const remarks = [
    ...(taken === value ? [] : [`converted from text to ${shortValue(taken)}`]),
    ...otherDefault(field, target, from, to),
    ...(from.fields.seed?.[0] === field ? ['the same seed gives a different picture on another model'] : []),
  ];
  return {
    value: taken,
    change: {
      field,
      kind: field === target ? 'kept' : 'renamed',
      to: target,
      ...(remarks.length === 0 ? {} : { why: remarks.join('; ') }),
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

/** Values that a text may stand for as JSON: "0.6" is 0.6, "true" is true. */
function readings(value: unknown): unknown[] {
  if (typeof value !== 'string') return [value];
  try {
    return [value, JSON.parse(value) as unknown];
  } catch {
    return [value];
  }
}

function otherDefault(field: string, target: string, from: Model, to: Model): string[] {
  const [old, own] = [defaultOf(from, field), defaultOf(to, target)];
  return own === undefined || isSame(old, own) ? [] : [`the default of ${to.name} is ${shortValue(own)}`];
}

/** Whether two JSON values are the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
