import type * as z from 'zod';
import { allowed } from './allowed.js';
import { ownFlag } from './explain.js';
import { findFileFields } from './fields.js';
import { inputFields } from './json-schema.js';
import type { Model } from './model.js';
import { MODELS } from './registry.js';
import { FLAG_OF, type RequestKey } from './request.js';
import { highEnd, lowEnd } from './schema/range.js';
import { optionOf, type Field, type Tree } from './schema/tree.js';

/** A field of a model's input, for people and scripts. */
export interface DescribedField {
  field: Field;
  /** How to set it: its own flag, or `--set name=…`. */
  flag: string;
  /** In words. */
  allowed: string;
}

/** Every field of a model's input, those with a flag of their own first. */
export function describeFields(model: Model): DescribedField[] {
  const shape = model.input.shape as Record<string, z.ZodType>;
  const described = [...inputFields(model).values()].flatMap((field): DescribedField[] => {
    const schema = shape[field.name];
    const isFile = model.schema !== undefined && schema !== undefined && takesFiles(schema);
    const flag = ownFlag(model, field.name) ?? `${isFile ? '--file' : '--set'} ${field.name}=…`;
    return schema === undefined ? [] : [{ field, flag, allowed: allowed(schema) }];
  });
  return [...described.filter(({ flag }) => !isSet(flag)), ...described.filter(({ flag }) => isSet(flag))];
}

/** The field that a flag fills; undefined if the model has none. */
export function fieldFor(model: Model, key: RequestKey): Field | undefined {
  const name = model.fields[key]?.[0];
  return name === undefined ? undefined : inputFields(model).get(name);
}

/** The numbers that a size's sides may be, in pixels; undefined if the model takes no sides. */
export function sidesFor(model: Model): NumberTree | undefined {
  const sides = optionOf(fieldFor(model, 'size')?.tree, 'object');
  return optionOf(sides?.fields.get('width')?.tree, 'number');
}

/** The numbers that a LoRA's scale may be; undefined if it has none. */
export function loraScaleFor(model: Model): NumberTree | undefined {
  const loras = optionOf(fieldFor(model, 'loras')?.tree, 'list');
  return optionOf(optionOf(loras?.items, 'object')?.fields.get('scale')?.tree, 'number');
}

type NumberTree = Extract<Tree, { kind: 'number' }>;

/** The least and the largest of them; null where there is no bound. */
export function limitsOf(numbers: NumberTree | undefined): { min: number | null; max: number | null } {
  if (numbers === undefined) return { min: null, max: null };
  const [min, max] = [lowEnd(numbers, numbers.whole), highEnd(numbers, numbers.whole)].map(
    ({ value, isOpen }) => (Number.isFinite(value) && !isOpen ? value : null),
  );
  return { min: min ?? null, max: max ?? null };
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
  return flag.startsWith('--set ') || flag.startsWith('--file ');
}

/** Whether a field holds pictures or other files, at the top. */
function takesFiles(schema: z.ZodType): boolean {
  return [...findFileFields(schema, 'any'), ...findFileFields(schema, ['any'])].length > 0;
}
