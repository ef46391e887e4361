import type { Alias, Node, Scalar, YAMLMap } from 'yaml';
import { DEEPEST_NESTING, type FieldValue, LONGEST_ROW_BYTES, quoted, TOO_DEEP, TOO_LONG } from '../entry.js';

/** The library, loaded by its callers. */
export type Yaml = typeof import('yaml');

/** Part of a document that cannot be a row or a field. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  /** @param problem a sentence without file or line */
  constructor(readonly problem: string) {
    super(problem);
  }
}

/**
 * Most values in one row. Values repeated by aliases and merges count each time: a few lines of aliases can expand to
 * billions of values.
 */
const MOST_VALUES = 10_000;
const TOO_MANY = `has more than ${MOST_VALUES} values, counting each repeat of an alias.`;

/** YAML 1.1's merge key, which copies the pairs of other maps; only unquoted. */
const MERGE = '<<';

/**
 * Maps each alias of a document to the node it repeats: the last one before it with its anchor. The library would
 * search the whole document for every alias.
 */
export function aliasTargets(contents: Node | null, { visit }: Yaml): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(contents, {
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
  });
  return targets;
}

/**
 * Reads the parts of one row. Each throws a ValueError for anything JSON cannot express, for a repeated key, and as
 * soon as the row gets too large: the library compares every key with every other to find repeated ones, and merges
 * without limit.
 */
export function rowValues({ isAlias, isMap, isScalar, isSeq }: Yaml, targets: ReadonlyMap<Alias, Node>) {
  let values = 0;
  let length = 0;

  function count(): void {
    if (++values > MOST_VALUES) throw new ValueError(TOO_MANY);
  }

  function measured<Value extends FieldValue>(value: Value): Value {
    if (typeof value === 'string') length += value.length;
    if (length > LONGEST_ROW_BYTES) throw new ValueError(TOO_LONG);
    return value;
  }

  /** A node, or the node that its alias repeats. */
  function followed(node: unknown): unknown {
    if (!isAlias(node)) return node;
    const target = targets.get(node);
    if (target !== undefined) return target;
    throw new ValueError(`uses ${quoted(`*${node.source}`)}, but no such anchor is defined before it.`);
  }

  /**
   * Keys of a map with their value nodes. Its own keys win over merged ones, and earlier merged maps over later ones.
   */
  function pairs(map: YAMLMap, depth = 1): [key: string, value: unknown][] {
    if (depth > DEEPEST_NESTING) throw new ValueError(TOO_DEEP);
    const own = new Map<string, unknown>();
    let merged: YAMLMap[] | undefined;
    for (const { key, value } of map.items) {
      count();
      if (!isScalar(key)) throw new ValueError('has a key that is not a string.');
      const name = String(key.value);
      const isMerge = name === MERGE && key.type === 'PLAIN';
      if (isMerge ? merged !== undefined : own.has(name)) {
        throw new ValueError(`has the key ${quoted(name)} twice.`);
      }
      if (isMerge) merged = mergedMaps(value);
      else own.set(name, value);
    }
    for (const [key, value] of (merged ?? []).flatMap((base) => pairs(base, depth + 1))) {
      if (!own.has(key)) own.set(key, value);
    }
    return [...own];
  }

  function mergedMaps(value: unknown): YAMLMap[] {
    const found = followed(value);
    return (isSeq(found) ? found.items.map(followed) : [found]).map((map) => {
      if (isMap(map)) return map;
      throw new ValueError('merges (<<) something that is not a map. Write: <<: *anchor');
    });
  }

  /** @param depth number of lists and maps around the node, including the row */
  function read(node: unknown, depth = 1): FieldValue {
    const found = followed(node);
    if (isScalar(found)) return measured(scalarValue(found));
    if (depth >= DEEPEST_NESTING) throw new ValueError(TOO_DEEP);
    if (isSeq(found)) {
      return found.items.map((item) => {
        count();
        return read(item, depth + 1);
      });
    }
    if (!isMap(found)) return null;
    return Object.fromEntries(pairs(found).map(([key, value]) => [measured(key), read(value, depth + 1)]));
  }

  return { followed, pairs: (row: YAMLMap) => pairs(row), read: (node: unknown) => read(node) };
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
      // Empty value: the core schema produces nothing else here.
      return null;
  }
}
