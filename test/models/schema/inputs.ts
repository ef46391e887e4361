/* Random inputs by a schema as `plainSchema` gives it, and what is wrong with an input that differs in one position. */
import fc from 'fast-check';
import type { Json } from './oracles.js';

type Path = readonly (string | number)[];

/** Inputs that the schema allows. */
export function validInputs(schema: Json): fc.Arbitrary<Json> {
  const types = schema['$defs'] as Record<string, Json>;
  return valid(schema, types) as fc.Arbitrary<Json>;
}

function valid(schema: Json, types: Record<string, Json>): fc.Arbitrary<unknown> {
  const { $ref, anyOf, allOf, const: only, enum: values, type } = schema;
  if (typeof $ref === 'string') return valid(types[$ref.replace('#/$defs/', '')] ?? {}, types);
  if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as Json[]).map((option) => valid(option, types)));
  if (Array.isArray(allOf)) return valid(Object.assign({}, ...(allOf as Json[])) as Json, types);
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  switch (Array.isArray(type) ? (type as unknown[])[0] : type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema, type === 'integer');
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return listOf(schema, types);
    case 'object':
      return objectOf(schema, types);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

/** Never empty: an empty text is no picture, whatever the schema says. */
function textOf({ minLength, maxLength }: Json): fc.Arbitrary<string> {
  const least = Math.max(1, numberIn(minLength) ?? 1);
  const unit = fc.constantFrom('a', 'Z', '7', ' ', '.', 'é', '語', '😀');
  return fc.string({
    minLength: least,
    maxLength: Math.max(least, Math.min(numberIn(maxLength) ?? 12, 2_000)),
    unit,
  });
}

function numberOf(schema: Json, whole: boolean): fc.Arbitrary<number> {
  const step = numberIn(schema['multipleOf']) ?? (whole ? 1 : undefined);
  const [above, below] = [numberIn(schema['exclusiveMinimum']), numberIn(schema['exclusiveMaximum'])];
  const min = Math.max(numberIn(schema['minimum']) ?? -1e9, above ?? -1e9);
  const max = Math.min(numberIn(schema['maximum']) ?? 1e9, below ?? 1e9);
  if (step !== undefined) {
    const least = Math.ceil(min / step) + (above === min && min % step === 0 ? 1 : 0);
    const most = Math.floor(max / step) - (below === max && max % step === 0 ? 1 : 0);
    return fc
      .integer({ min: least, max: most })
      .map((steps) => (step < 1 ? steps / Math.round(1 / step) : steps * step));
  }
  const isTaken = (number: number): boolean => number !== above && number !== below;
  return fc.double({ min, max, noNaN: true }).filter(isTaken);
}

function listOf(schema: Json, types: Record<string, Json>): fc.Arbitrary<unknown[]> {
  const minLength = numberIn(schema['minItems']) ?? 0;
  const maxLength = Math.max(minLength, Math.min(numberIn(schema['maxItems']) ?? 4, 4));
  const items = valid((schema['items'] ?? {}) as Json, types);
  if (schema['uniqueItems'] !== true) return fc.array(items, { minLength, maxLength });
  return fc.uniqueArray(items, { minLength, maxLength, selector: (item) => JSON.stringify(item) });
}

function objectOf(schema: Json, types: Record<string, Json>): fc.Arbitrary<unknown> {
  const { properties, required, additionalProperties: more } = schema;
  if (properties === undefined) {
    const values = typeof more === 'object' ? valid(more as Json, types) : fc.jsonValue({ maxDepth: 1 });
    return fc.dictionary(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 5 }), values, {
      maxKeys: 3,
    });
  }
  const fields = Object.entries(properties as Record<string, Json>).map(([name, type]) => [
    name,
    // The other value loses pictures, so that the schema's word is not taken.
    name === 'sync_mode' ? fc.constant(false) : valid(type, types),
  ]);
  const names = Object.keys(properties as Json);
  const needed = ((required ?? []) as string[]).filter((name) => names.includes(name));
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: needed,
    noNullPrototype: true,
  });
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** An input that differs from a valid one in one position. */
export interface Changed {
  input: unknown;
  /** Where it differs. */
  path: Path;
}

export const UNKNOWN_KEY = 'zz_unknown';

const OTHERS: readonly unknown[] = [null, true, 'zz no such word', 1.5, -1e9, 1e12, [], {}, [{}], { url: 1 }];

/** Inputs with an unknown key, another type, a number out of range, a fraction, null or a missing field, at any depth. */
export function changedInputs(inputs: fc.Arbitrary<Json>): fc.Arbitrary<Changed> {
  return fc.tuple(inputs, fc.nat(), fc.nat()).map(([input, position, change]) => {
    const path = oneOf(positionsIn(input), position);
    return path.length === 0 ? withUnknownKey(input, []) : oneOf(changesAt(input, path), change)();
  });
}

function oneOf<T>(all: readonly T[], number: number): T {
  return all[number % all.length] as T;
}

function positionsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => positionsIn(inner, [...path, key]))];
}

function changesAt(input: Json, path: Path): (() => Changed)[] {
  const value = path.reduce<unknown>((inner, key) => (inner as Json)[key], input);
  const other = (instead: unknown) => (): Changed => ({ path, input: replaced(input, path, instead) });
  const items = Array.isArray(value) ? (value as unknown[]) : undefined;
  return [
    other(undefined),
    ...(path.at(-1) === 'sync_mode' ? [] : OTHERS.map(other)),
    ...(items === undefined ? [] : [other(Array.from({ length: 101 }, () => items[0] ?? 'x'))]),
    ...(items === undefined && typeof value === 'object' && value !== null
      ? [() => withUnknownKey(input, path)]
      : []),
  ];
}

function withUnknownKey(input: Json, path: Path): Changed {
  const key = [...path, UNKNOWN_KEY];
  return { path: key, input: replaced(input, key, 1) };
}

/** A copy with another value at the path; without the field, or with one item less, if that is undefined. */
function replaced(input: unknown, [head, ...rest]: Path, value: unknown): unknown {
  if (head === undefined) return value;
  if (Array.isArray(input)) {
    const items = input.map((item: unknown, index) => (index === head ? replaced(item, rest, value) : item));
    return items.filter((item) => item !== undefined);
  }
  const changed = { ...(input as Json), [head]: replaced((input as Json)[head], rest, value) };
  return Object.fromEntries(Object.entries(changed).filter(([, inner]) => inner !== undefined));
}
