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
const TOO_MANY = `holds more than ${MOST_VALUES} values, what aliases repeat counted each time.`;

/** What a node is, or what it repeats. @throws ValueError an alias of nothing */
export function followed(node: unknown, { yaml, targetOf }: NodeContext): unknown {
  if (!yaml.isAlias(node)) return node;
  const target = targetOf(node);
  if (target !== undefined) return target;
  throw new ValueError(`repeats ${quoted(`*${node.source}`)}, and no anchor of that name stands before it.`);
}

/** The keys of a map with the nodes of their values. @throws ValueError a key twice, or one that is no text */
export function pairsOf(map: YAMLMap, { yaml }: NodeContext): [key: string, value: unknown][] {
  const keys = new Set<string>();
  return map.items.map((pair) => {
    if (!yaml.isScalar(pair.key)) throw new ValueError('has a key that is no text.');
    const key = String(pair.key.value);
    if (keys.has(key)) throw new ValueError(`has the key ${quoted(key)} twice.`);
    keys.add(key);
    return [key, pair.value];
  });
}

/**
 * Reads the values of one row, each of its fields with one call.
 *
 * @returns a function that throws a ValueError for what JSON cannot say, and where the row as a whole gets too large
 */
export function valueReader(context: NodeContext): (node: unknown) => FieldValue {
  let values = 0;
  let length = 0;

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
      pairsOf(found, context).map(([key, value]) => [measured(key), read(value, depth + 1)]),
    );
  }

  function measured<Value extends FieldValue>(value: Value): Value {
    if (typeof value === 'string') length += value.length;
    if (length > LONGEST_ROW_BYTES) throw new ValueError(TOO_LONG);
    return value;
  }

  return (node) => read(node, 1);
}

function scalarValue({ value, source }: Scalar): string | number | boolean | null {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new ValueError(`is ${quoted(source ?? String(value))}, which is no number that a row may hold.`);
    default:
      // Nothing stands there: the core schema makes no other values.
      return null;
  }
}
