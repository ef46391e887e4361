import * as z from 'zod';
import { listText } from '../text.js';
import { fileFields } from './fields.js';

/** The values that a schema allows, worded to follow "Allowed: " or "must be". */
export function allowed(schema: z.core.$ZodType): string {
  const words = z.globalRegistry.get(schema)?.title;
  if (words !== undefined) return words;
  const file = fileFields.get(schema);
  if (file?.role === 'picture') return 'a picture (path, http(s) URL or data: URI)';
  if (file !== undefined) return 'weights (http(s) URL, Hugging Face id or .safetensors file)';
  if (schema instanceof z.ZodOptional) return allowed(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.map(allowed).join(', or ');
  if (schema instanceof z.ZodEnum) return listText(schema.options.map(String), 'or');
  if (schema instanceof z.ZodLiteral) return listText([...schema.values].map(String), 'or');
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodNumber) return allowedNumber(schema);
  if (schema instanceof z.ZodArray) return `a list, each item ${allowed(schema.element)}`;
  if (schema instanceof z.ZodRecord) {
    return schema.valueType instanceof z.ZodNumber ? 'an object of numbers by name' : 'an object';
  }
  if (schema instanceof z.ZodNull) return 'null';
  if (schema instanceof z.ZodUnknown) return 'any JSON value';
  if (schema instanceof z.ZodObject) {
    const names = Object.keys(schema.shape);
    return names.length === 0 ? 'an empty object' : `an object with ${names.join(', ')}`;
  }
  return schema instanceof z.ZodString ? allowedText(schema) : 'text';
}

function allowedText(schema: z.ZodString): string {
  // A schema of fal's counts characters, which zod cannot: its lengths are in the registry.
  const { minLength: min = schema.minLength, maxLength: max = schema.maxLength } =
    z.globalRegistry.get(schema) ?? {};
  const least = typeof min !== 'number' || min <= 1 ? undefined : min;
  const most = typeof max === 'number' ? max : undefined;
  if (least === undefined) return most === undefined ? 'text' : `text of at most ${most} characters`;
  return `text of ${most === undefined ? `at least ${least}` : `${least} to ${most}`} characters`;
}

function allowedNumber(schema: z.ZodNumber): string {
  const step = stepOf(schema);
  const whole = schema.format === 'safeint' ? 'a whole number' : 'a number';
  const noun = step === undefined || step === 1 ? whole : `a multiple of ${step}`;
  const { minValue: min, maxValue: max } = schema;
  const bounded = (bound: number | null): bound is number =>
    bound !== null && Number.isFinite(bound) && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const isTaken = (bound: number): boolean => schema.safeParse(bound).success;
  const above = bounded(min) && !isTaken(min);
  const below = bounded(max) && !isTaken(max);
  if (!above && !below && bounded(min)) {
    return bounded(max) ? `${noun} from ${min} to ${max}` : `${noun} from ${min} up`;
  }
  const words = [
    ...(bounded(min) ? [`${above ? 'above' : 'at least'} ${min}`] : []),
    ...(bounded(max) ? [`${below ? 'below' : 'at most'} ${max}`] : []),
  ];
  return words.length === 0 ? noun : `${noun} ${words.join(' and ')}`;
}

/** The number whose multiples are taken. */
function stepOf(schema: z.ZodNumber): number | undefined {
  const defs = (schema.def.checks ?? []).map((check) => check._zod.def);
  const step = defs.find((def): def is z.core.$ZodCheckMultipleOfDef => def.check === 'multiple_of')?.value;
  return typeof step === 'number' ? step : undefined;
}

/** A schema inside another one, and how many steps of a path lead to it. */
export interface SchemaAtPath {
  schema: z.core.$ZodType;
  depth: number;
}

/** The schema at a path, as deep as the path can be followed. */
export function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[], depth = 0): SchemaAtPath {
  if (schema instanceof z.ZodOptional) return schemaAt(schema.unwrap(), path, depth);
  const head = path[depth];
  if (head === undefined) return { schema, depth };
  if (schema instanceof z.ZodArray) {
    return typeof head === 'string' && !/^\d+$/.test(head)
      ? { schema, depth }
      : schemaAt(schema.element, path, depth + 1);
  }
  if (schema instanceof z.ZodRecord) return schemaAt(schema.valueType, path, depth + 1);
  if (schema instanceof z.ZodUnion) {
    const found = schema.options.map((option) => schemaAt(option, path, depth));
    const deepest = found.reduce((best, one) => (one.depth > best.depth ? one : best), { schema, depth });
    if (deepest.depth > depth) return deepest;
    // Nothing in it leads on: name the fields of an object, if there is one.
    return found.find((one) => one.schema instanceof z.ZodObject) ?? deepest;
  }
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<PropertyKey, z.core.$ZodType>;
    const field = Object.hasOwn(shape, head) ? shape[head] : undefined;
    if (field !== undefined) return schemaAt(field, path, depth + 1);
  }
  return { schema, depth };
}

/** Names of the fields of a schema, also behind alternatives; none if it is no object's. */
export function fieldNames(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodOptional) return fieldNames(schema.unwrap());
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(fieldNames))];
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of a list's items, also behind alternatives; undefined if it is no list. */
export function itemsOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional) return itemsOf(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.map(itemsOf).find((one) => one !== undefined);
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

/** Whether a schema takes any text. */
export function takesText(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodOptional) return takesText(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.some(takesText);
  return schema instanceof z.ZodString || schema instanceof z.ZodUnknown;
}
