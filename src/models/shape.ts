/** The comparable part of a JSON schema. */
export interface Shape {
  /** `string`, `integer`, `number`, `boolean`, `array`, `object`; null is left out. Empty if unknown. */
  types: readonly string[];
  /** The words that a string may be; undefined if it may be any text. */
  words: readonly string[] | undefined;
  /** Bounds of a number, inclusive. */
  min: number | undefined;
  max: number | undefined;
  /** Bounds of a list's length. */
  minItems: number | undefined;
  maxItems: number | undefined;
  items: Shape | undefined;
  /** Fields of an object; undefined if none are declared. */
  fields: Readonly<Record<string, Shape>> | undefined;
  required: readonly string[];
  fallback: unknown;
  /** Why it, or a part of it, cannot be compared, in words; undefined if it can. */
  unclear: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** Limits beyond any real input, in one branch and in total: they stop at schemas that contain themselves. */
const DEEPEST = 32;
const MOST_NODES = 10_000;

/** State of the reading. */
interface Reading {
  document: unknown;
  nodesLeft: number;
}

/**
 * Reads a JSON schema or an OpenAPI 3.0 schema: follows references into its document and merges alternatives. Never
 * throws, whatever the document contains.
 */
export function shapeOf(schema: unknown, document: unknown): Shape {
  return read(schema, { document, nodesLeft: MOST_NODES }, 0);
}

function read(schema: unknown, reading: Reading, depth: number): Shape {
  reading.nodesLeft -= 1;
  if (depth > DEEPEST || reading.nodesLeft < 0) return unknownShape('its schema is nested too deeply');
  const node = asJson(schema);
  if (node === undefined) return unknownShape('its schema is not an object');
  const { $ref: ref, ...beside } = node;
  if (ref !== undefined) {
    const target = resolveRef(ref, reading.document);
    if (target === undefined) return unknownShape('its schema refers to something that is not there');
    return withFallback(read(target, reading, depth + 1), beside);
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const options = node[key];
    if (!Array.isArray(options)) continue;
    const shapes = options.filter((option) => !isNull(option)).map((one) => read(one, reading, depth + 1));
    const [first] = shapes;
    if (first === undefined) return unknownShape(`its schema has an empty ${key}`);
    if (key === 'allOf' && shapes.length > 1) return unknownShape('its schema joins several');
    return withFallback(shapes.slice(1).reduce(either, first), node);
  }
  return plainShape(node, reading, depth);
}

function plainShape(node: Json, reading: Reading, depth: number): Shape {
  const words = wordsOf(node);
  const types = [node['type']]
    .flat()
    .filter((type): type is string => typeof type === 'string' && type !== 'null');
  const named = types.length === 0 && words !== undefined ? ['string'] : types;
  if (named.length === 0) return { ...unknownShape('its schema names no type'), fallback: node['default'] };
  const step = named.includes('integer') ? 1 : 0;
  const properties = asJson(node['properties']);
  return {
    types: named,
    words,
    min: bound(node['minimum'], node['exclusiveMinimum'], step),
    max: bound(node['maximum'], node['exclusiveMaximum'], -step),
    minItems: numberOf(node['minItems']),
    maxItems: numberOf(node['maxItems']),
    items: node['items'] === undefined ? undefined : read(node['items'], reading, depth + 1),
    fields:
      properties === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [name, read(one, reading, depth + 1)]),
          ),
    required: [node['required']].flat().filter((name): name is string => typeof name === 'string'),
    fallback: node['default'],
    unclear: undefined,
  };
}

/** The union of two shapes. Two different objects cannot be compared. */
function either(one: Shape, other: Shape): Shape {
  const has = (shape: Shape, type: string): boolean => shape.types.includes(type);
  const numeric = (shape: Shape): boolean => has(shape, 'number') || has(shape, 'integer');
  const both = (test: (shape: Shape) => boolean): boolean => test(one) && test(other);
  const twice = both((shape) => has(shape, 'object')) || both((shape) => has(shape, 'array'));
  const texts = [one, other].filter((shape) => has(shape, 'string'));
  return {
    types: [...new Set([...one.types, ...other.types])],
    words:
      texts.length === 0 || texts.some(({ words }) => words === undefined)
        ? undefined
        : [...new Set(texts.flatMap(({ words }) => words ?? []))],
    min: both(numeric) ? least(one.min, other.min) : (one.min ?? other.min),
    max: both(numeric) ? most(one.max, other.max) : (one.max ?? other.max),
    minItems: one.minItems ?? other.minItems,
    maxItems: one.maxItems ?? other.maxItems,
    items: one.items ?? other.items,
    fields: one.fields ?? other.fields,
    required: one.fields === undefined ? other.required : one.required,
    fallback: one.fallback ?? other.fallback,
    unclear: one.unclear ?? other.unclear ?? (twice ? 'its schema has alternatives of one type' : undefined),
  };
}

function unknownShape(unclear: string): Shape {
  const none = { words: undefined, min: undefined, max: undefined, minItems: undefined, maxItems: undefined };
  return {
    types: [],
    ...none,
    items: undefined,
    fields: undefined,
    required: [],
    fallback: undefined,
    unclear,
  };
}

function withFallback(shape: Shape, beside: Json): Shape {
  return beside['default'] === undefined ? shape : { ...shape, fallback: beside['default'] };
}

/** Follows only references within the document: `#/components/schemas/ImageSize`. */
function resolveRef(ref: unknown, document: unknown): unknown {
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined;
  return ref
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((node, part) => {
      const record = asJson(node);
      return record !== undefined && Object.hasOwn(record, part) ? record[part] : undefined;
    }, document);
}

function wordsOf(node: Json): string[] | undefined {
  const values = Array.isArray(node['enum']) ? (node['enum'] as unknown[]) : [node['const']];
  const words = values.filter((value): value is string => typeof value === 'string');
  return words.length === 0 ? undefined : words;
}

/** OpenAPI 3.0 has `exclusiveMinimum: true` beside `minimum`; JSON schema has a number instead. */
function bound(inclusive: unknown, exclusive: unknown, step: number): number | undefined {
  const value = numberOf(inclusive);
  if (exclusive === true && value !== undefined) return value + step;
  const outside = numberOf(exclusive);
  return outside === undefined ? value : outside + step;
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.min(one, other);
}

function most(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}

function isNull(option: unknown): boolean {
  return asJson(option)?.['type'] === 'null';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
