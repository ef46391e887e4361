import { inputJsonSchema } from './json-schema.js';
import type { Model } from './model.js';
import { shapeOf, type Shape } from './shape.js';

/**
 * How much a difference matters: `drift` if fal no longer accepts something that we send or allow, `warning` if it has
 * changed but still accepts that, `info` if it only has more, or if we cannot tell.
 */
export type Gravity = 'drift' | 'warning' | 'info';

/** One difference between an adapter and fal's published schema. */
export interface Difference {
  gravity: Gravity;
  /** Path of the field: `strength`, `loras.scale`. A name from fal may contain anything. */
  field: string;
  what: 'added' | 'gone' | 'required' | 'type' | 'values' | 'range' | 'default' | 'not_compared';
  /** Each side in words; undefined where it has nothing. */
  ours: string | undefined;
  fals: string | undefined;
}

/**
 * Compares an adapter's input with fal's schema. A value that we deliberately send under a second name, which fal need
 * not have, is left out.
 *
 * @param schema fal's JSON schema of the input
 * @param document the document that its references point into
 */
export function driftOf(model: Model, schema: unknown, document: unknown): Difference[] {
  const own = inputJsonSchema(model);
  const doubles = Object.values(model.fields).flatMap((names) => names.slice(1));
  const ours = shapeOf(own, own);
  const fals = shapeOf(schema, document);
  if (fals.fields === undefined) {
    return [
      difference('info', 'input', 'not_compared', undefined, fals.unclear ?? 'its schema has no fields'),
    ];
  }
  return compareFields(ours, fals, { path: '', isTop: true, doubles });
}

interface SchemaPosition {
  path: string;
  /** Below the top we sometimes allow less than fal, on purpose: there, only values that fal does not accept count. */
  isTop: boolean;
  doubles: readonly string[];
}

function compareFields(ours: Shape, fals: Shape, { path, isTop, doubles }: SchemaPosition): Difference[] {
  const [own, other] = [ours.fields ?? {}, fals.fields ?? {}];
  const known = Object.entries(own).flatMap(([name, shape]): Difference[] => {
    if (doubles.includes(name)) return [];
    const field = path + name;
    const found = Object.hasOwn(other, name) ? other[name] : undefined;
    if (found === undefined) return [difference('drift', field, 'gone', typeText(shape), undefined)];
    const isNew = fals.required.includes(name) && !ours.required.includes(name);
    return [
      ...(isNew ? [difference('drift', field, 'required', 'optional', 'required')] : []),
      ...compare(shape, found, { path: field, isTop, doubles: [] }),
    ];
  });
  const added = Object.entries(other)
    .filter(([name]) => !Object.hasOwn(own, name))
    .flatMap(([name, shape]): Difference[] => {
      const isNeeded = fals.required.includes(name);
      if (!isTop && !isNeeded) return [];
      return [difference(isNeeded ? 'drift' : 'info', path + name, 'added', undefined, typeText(shape))];
    });
  return [...known, ...added];
}

function compare(ours: Shape, fals: Shape, position: SchemaPosition): Difference[] {
  const field = position.path;
  if (fals.unclear !== undefined) {
    return [difference('info', field, 'not_compared', typeText(ours), fals.unclear)];
  }
  const lost = ours.types.filter((type) => !takesType(fals, type));
  if (lost.length > 0) return [difference('drift', field, 'type', typeText(ours), typeText(fals))];
  const inner = { ...position, path: `${field}.`, isTop: false };
  return [
    ...compareWords(ours, fals, position),
    ...compareRange(ours, fals, position),
    ...compareLength(ours, fals, position),
    ...compareDefault(ours, fals, position),
    ...(ours.fields !== undefined && fals.fields !== undefined ? compareFields(ours, fals, inner) : []),
    ...(ours.items !== undefined && fals.items !== undefined
      ? ours.items.fields === undefined
        ? compare(ours.items, fals.items, { ...inner, path: field })
        : compareFields(ours.items, fals.items, inner)
      : []),
  ];
}

function takesType(shape: Shape, type: string): boolean {
  return shape.types.includes(type) || (type === 'integer' && shape.types.includes('number'));
}

function compareWords(ours: Shape, fals: Shape, { path, isTop }: SchemaPosition): Difference[] {
  if (!ours.types.includes('string') || fals.words === undefined) return [];
  const { words } = fals;
  const lost = ours.words === undefined || ours.words.some((word) => !words.includes(word));
  const more = words.some((word) => ours.words?.includes(word) === false);
  if (!lost && !(more && isTop)) return [];
  return [difference(lost ? 'drift' : 'warning', path, 'values', ours.words?.join(', '), words.join(', '))];
}

function compareRange(ours: Shape, fals: Shape, { path, isTop }: SchemaPosition): Difference[] {
  if (ours.min === fals.min && ours.max === fals.max) return [];
  const lost =
    (fals.min ?? -Infinity) > (ours.min ?? -Infinity) || (fals.max ?? Infinity) < (ours.max ?? Infinity);
  if (!lost && !isTop) return [];
  // A size's sides are compared further down, where the message is better.
  if (!ours.types.some((type) => type === 'number' || type === 'integer')) return [];
  return [difference(lost ? 'drift' : 'warning', path, 'range', rangeText(ours), rangeText(fals))];
}

/** A list that we keep shorter than fal's schema is on purpose: fal drops pictures silently. */
function compareLength(ours: Shape, fals: Shape, { path }: SchemaPosition): Difference[] {
  const lost =
    (fals.minItems ?? 0) > (ours.minItems ?? 0) || (fals.maxItems ?? Infinity) < (ours.maxItems ?? Infinity);
  if (!lost || !ours.types.includes('array')) return [];
  return [difference('drift', path, 'range', lengthText(ours), lengthText(fals))];
}

function compareDefault(ours: Shape, fals: Shape, { path, isTop }: SchemaPosition): Difference[] {
  const [own, other] = [ours.fallback, fals.fallback].map((value) => JSON.stringify(value ?? undefined));
  if (!isTop || own === other) return [];
  return [difference(own === undefined ? 'info' : 'warning', path, 'default', own, other)];
}

function difference(
  gravity: Gravity,
  field: string,
  what: Difference['what'],
  ours: string | undefined,
  fals: string | undefined,
): Difference {
  return { gravity, field, what, ours, fals };
}

function typeText({ types, words }: Shape): string {
  return words === undefined ? types.join(' or ') : `${types.join(' or ')} (${words.join(', ')})`;
}

function rangeText({ min, max }: Shape): string | undefined {
  return min === undefined && max === undefined ? undefined : `${min ?? ''}..${max ?? ''}`;
}

function lengthText({ minItems, maxItems }: Shape): string {
  return maxItems === undefined ? `${minItems ?? 0} or more` : `${minItems ?? 0} to ${maxItems}`;
}
