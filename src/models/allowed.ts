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
  if (schema instanceof z.ZodRecord) return 'an object of numbers by name';
  if (schema instanceof z.ZodObject) return `an object with ${Object.keys(schema.shape).join(', ')}`;
  return 'text';
}

function allowedNumber(schema: z.ZodNumber): string {
  const noun = schema.format === 'safeint' ? 'a whole number' : 'a number';
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

/** A schema inside another one, and how many steps of a path lead to it. */
export interface SchemaAtPath {
  schema: z.core.$ZodType;
  depth: number;
}

/** The schema at a path, as deep as the path can be followed; a union is not entered. */
export function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[], depth = 0): SchemaAtPath {
  if (schema instanceof z.ZodOptional) return schemaAt(schema.unwrap(), path, depth);
  const head = path[depth];
  if (head === undefined) return { schema, depth };
  if (schema instanceof z.ZodArray) return schemaAt(schema.element, path, depth + 1);
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<PropertyKey, z.core.$ZodType>;
    const field = Object.hasOwn(shape, head) ? shape[head] : undefined;
    if (field !== undefined) return schemaAt(field, path, depth + 1);
  }
  return { schema, depth };
}
