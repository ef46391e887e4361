import type { Scalar, YAMLMap } from 'yaml';
import type { FieldValue } from '../entry.js';
import { DEEPEST_NESTING, LONGEST_ROW_BYTES, TOO_DEEP, TOO_LONG } from '../limits.js';
import { quoted } from '../wrong.js';
import type { TargetOf } from './aliases.js';
import type { Yaml } from './documents.js';

/** What keeps a part of a document from being a row or a field. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  /** @param problem a sentence without its place */
  constructor(readonly problem: string) {
    super(problem);
  }
}

/** What it takes to read the nodes of a document. */
export interface NodeContext {
  yaml: Yaml;
  targetOf: TargetOf;
}

/** What aliases repeat counts each time: a few lines of them can stand for billions of values. */
const MOST_VALUES = 10_000;
const TOO_MANY = `has more than ${MOST_VALUES} values, counting each repeat of an alias.`;

/** What a node is, or what it repeats. @throws ValueError an alias of nothing */
export function followed(node: unknown, { yaml, targetOf }: NodeContext): unknown {
  if (!yaml.isAlias(node)) return node;
  const target = targetOf(node);
  if (target !== undefined) return target;
  throw new ValueError(`uses ${quoted(`*${node.source}`)}, but no such anchor is defined before it.`);
}

/**
 * The keys of a map with the nodes of their values. What `<<` merges stands behind the map's own keys, which are
 * stronger; of several maps in a list the first is.
 *
 * @param count called for each key, those that are merged each time: a few merges can stand for billions of them
 * @throws ValueError a key twice, or one that is no text; a merge of something else than maps; what `count` throws
 */
export function pairsOf(
  map: YAMLMap,
  context: NodeContext,
  count: () => void,
  depth = 0,
): [key: string, value: unknown][] {
  if (depth > DEEPEST_NESTING) throw new ValueError(TOO_DEEP);
  const own = new Map<string, unknown>();
  let merged: unknown;
  for (const pair of map.items) {
    count();
    if (!context.yaml.isScalar(pair.key)) throw new ValueError('has a key that is not a string.');
    const key = String(pair.key.value);
    if (key === MERGE && pair.key.type === 'PLAIN' && merged === undefined) {
      merged = pair.value ?? null;
      continue;
    }
    if (own.has(key) || (key === MERGE && pair.key.type === 'PLAIN'))
      throw new ValueError(`has the key ${quoted(key)} twice.`);
    own.set(key, pair.value);
  }
  if (merged === undefined) return [...own];
  for (const base of mergedMaps(merged, context)) {
    for (const [key, value] of pairsOf(base, context, count, depth + 1)) {
      if (!own.has(key)) own.set(key, value);
    }
  }
  return [...own];
}

/** YAML 1.1's key for the pairs of other maps. */
const MERGE = '<<';

function mergedMaps(value: unknown, context: NodeContext): YAMLMap[] {
  const { isMap, isSeq } = context.yaml;
  const found = followed(value, context);
  const maps = isSeq(found) ? found.items.map((item) => followed(item, context)) : [found];
  return maps.map((map) => {
    if (isMap(map)) return map;
    throw new ValueError('merges (<<) something that is not a map. Write: <<: *anchor');
  });
}

/** Reads the parts of one row. Both throw a ValueError for what JSON cannot say, and where the row gets too large. */
export interface RowValues {
  /** The fields of the row, by their nodes. */
  pairs: (row: YAMLMap) => [key: string, value: unknown][];
  /** The value of one field. */
  read: (node: unknown) => FieldValue;
}

export function rowValues(context: NodeContext): RowValues {
  let values = 0;
  let keys = 0;
  let length = 0;
  const countKey = (): void => {
    if (++keys > MOST_VALUES) throw new ValueError(TOO_MANY);
  };

  /** @param depth lists and maps around the node, the row among them */
  function read(node: unknown, depth: number): FieldValue {
    if (++values > MOST_VALUES) throw new ValueError(TOO_MANY);
    const found = followed(node, context);
    const { isMap, isScalar, isSeq } = context.yaml;
    if (isScalar(found)) return measured(scalarValue(found));
    if (depth >= DEEPEST_NESTING) throw new ValueError(TOO_DEEP);
    if (isSeq(found)) return found.items.map((item) => read(item, depth + 1));
    if (!isMap(found)) return null;
    return Object.fromEntries(
      pairsOf(found, context, countKey).map(([key, value]) => [measured(key), read(value, depth + 1)]),
    );
  }

  function measured<Value extends FieldValue>(value: Value): Value {
    if (typeof value === 'string') length += value.length;
    if (length > LONGEST_ROW_BYTES) throw new ValueError(TOO_LONG);
    return value;
  }

  return { pairs: (row) => pairsOf(row, context, countKey), read: (node) => read(node, 1) };
}

function scalarValue({ value, source }: Scalar): string | number | boolean | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new ValueError(
        `is ${quoted(source ?? String(value))}, which is not a number that a row can have.`,
      );
    default:
      // Nothing stands there: the core schema makes no other values.
      return null;
  }
}
