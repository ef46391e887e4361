import * as z from 'zod';
import { allowed } from '../../models/allowed.js';
import { ownFlag } from '../../models/explain.js';
import { inputJsonSchema } from '../../models/json-schema.js';
import type { Model } from '../../models/model.js';
import { MODELS } from '../../models/registry.js';
import { FLAG_OF, type RequestKey } from '../../models/request.js';
import { shapeOf, type Shape } from '../../models/shape.js';

/** A field of a model's input, for people and scripts. */
export interface DescribedField {
  name: string;
  /** How to set it: its own flag, or `--set name=…`. */
  flag: string;
  about: string;
  /** In words. */
  allowed: string;
  required: boolean;
  shape: Shape;
}

/** Every field of a model's input, those with a flag of their own first. */
export function describeFields(model: Model): DescribedField[] {
  const shape = inputShape(model);
  const described = Object.entries(model.input.shape as Record<string, z.ZodType>).map(
    ([name, schema]): DescribedField => ({
      name,
      flag: ownFlag(model, name) ?? `--set ${name}=…`,
      about: z.globalRegistry.get(schema)?.description ?? '',
      allowed: allowed(schema),
      required: shape.required.includes(name),
      shape: fieldShape(shape, name),
    }),
  );
  return [...described.filter(({ flag }) => !isSet(flag)), ...described.filter(({ flag }) => isSet(flag))];
}

/** Shape of the field that a flag fills; undefined if the model has none. */
export function shapeFor(model: Model, key: RequestKey): Shape | undefined {
  const field = model.fields[key]?.[0];
  return field === undefined ? undefined : fieldShape(inputShape(model), field);
}

/** Flags that another model has and this one lacks. */
export function lacks(model: Model): string[] {
  return (Object.keys(FLAG_OF) as RequestKey[])
    .filter((key) => model.fields[key] === undefined)
    .filter((key) => MODELS.some((other) => other.fields[key] !== undefined))
    .map((key) => FLAG_OF[key]);
}

/** Number of fields that only `--set` fills, without those that have a single possible value. */
export function furtherFields(model: Model): number {
  return describeFields(model).filter(({ flag, allowed: text }) => isSet(flag) && text !== 'false').length;
}

/** Whether a field has no flag of its own. */
export function isSet(flag: string): boolean {
  return flag.startsWith('--set ');
}

function inputShape(model: Model): Shape {
  const schema = inputJsonSchema(model);
  return shapeOf(schema, schema);
}

function fieldShape(input: Shape, name: string): Shape {
  return input.fields?.[name] ?? shapeOf(undefined, undefined);
}
