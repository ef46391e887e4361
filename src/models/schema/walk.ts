/*
 * Reads a JSON schema, in the forms that fal's documents have: OpenAPI 3.0 with habits of JSON schema 2020. A strange
 * default, example or text never stops it; a document that is absurd does.
 */
import { isPrintable, printableValue, sentence } from './outside-text.js';
import type { Field, Tree } from './tree.js';

/** A schema that is too large, too deep, or contains itself. The message follows "its schema". */
export class AbsurdSchemaError extends Error {
  override name = 'AbsurdSchemaError';
}

type Json = Readonly<Record<string, unknown>>;

/** Several times what the largest real document has. */
const MOST_NODES = 5_000;
const DEEPEST = 64;
/** In characters. */
const LONGEST_NAME = 200;

/**
 * The tree of a schema.
 *
 * @param document the document that its references point into
 * @throws AbsurdSchemaError
 */
export function readTree(schema: unknown, document: unknown): Tree {
  return new Walk(document).tree(schema, [], 0);
}

class Walk {
  private nodesLeft = MOST_NODES;

  constructor(private readonly document: unknown) {}

  /** @param refs the references that lead here */
  tree(schema: unknown, refs: readonly string[], depth: number): Tree {
    const { node, refs: followed } = this.follow(schema, refs, depth);
    if (node === undefined)
      return { kind: 'anything', why: 'its schema refers to something that is not there' };
    const tree = this.alternatives(node, followed, depth) ?? this.plain(node, followed, depth);
    return node['nullable'] === true ? unionOf([tree, { kind: 'null' }]) : tree;
  }

  /** The node behind its references; what stands beside a reference takes precedence over the target. */
  private follow(
    schema: unknown,
    refs: readonly string[],
    depth: number,
  ): { node: Json | undefined; refs: readonly string[] } {
    this.count(1);
    if (depth > DEEPEST) throw new AbsurdSchemaError(`is more than ${DEEPEST} levels deep`);
    const node = asJson(schema);
    const { $ref: ref, ...beside } = node ?? {};
    if (ref === undefined) return { node, refs };
    if (typeof ref !== 'string') return { node: undefined, refs };
    if (refs.includes(ref)) throw new AbsurdSchemaError('contains itself');
    const target = this.follow(resolveRef(ref, this.document), [...refs, ref], depth + 1);
    return { ...target, node: target.node === undefined ? undefined : { ...target.node, ...beside } };
  }

  private count(parts: number): void {
    this.nodesLeft -= parts;
    if (this.nodesLeft < 0) throw new AbsurdSchemaError(`has more than ${MOST_NODES} parts`);
  }

  private alternatives(node: Json, refs: readonly string[], depth: number): Tree | undefined {
    const all = listOf(node['allOf']);
    if (all !== undefined) return this.joined(all, refs, depth);
    const options = listOf(node['anyOf']) ?? listOf(node['oneOf']);
    if (options === undefined) return undefined;
    // Bounds beside a union are meant for the numbers in it.
    const outer = boundsOf(node);
    const trees = options.map((option) => {
      const tree = this.tree(option, refs, depth + 1);
      return tree.kind === 'number' && tree.values === undefined ? { ...outer, ...tree } : tree;
    });
    return trees.length === 0 ? { kind: 'anything', why: 'its schema has no alternatives' } : unionOf(trees);
  }

  /** pydantic writes a single reference as `allOf`; several objects are one with the fields of all. */
  private joined(parts: readonly unknown[], refs: readonly string[], depth: number): Tree {
    const trees = parts.map((part) => this.tree(part, refs, depth + 1));
    const [first, ...others] = trees;
    if (first !== undefined && others.length === 0) return first;
    const objects = trees.filter((tree) => tree.kind === 'object');
    if (first === undefined || objects.length < trees.length) {
      return { kind: 'anything', why: 'its schema joins several types' };
    }
    return { kind: 'object', fields: new Map(objects.flatMap(({ fields }) => [...fields])) };
  }

  private plain(node: Json, refs: readonly string[], depth: number): Tree {
    const values = 'const' in node ? [node['const']] : listOf(node['enum']);
    if (values !== undefined) return this.listed(values);
    const types = [node['type'] ?? impliedType(node)].flat();
    const trees = types.map((type) => this.typed(type, node, refs, depth));
    return trees.length === 0 ? { kind: 'anything', why: 'its schema names no type' } : unionOf(trees);
  }

  private listed(values: readonly unknown[]): Tree {
    this.count(values.length);
    return valuesTree(values.filter((value) => typeof value !== 'string' || isPrintable(value)));
  }

  private typed(type: unknown, node: Json, refs: readonly string[], depth: number): Tree {
    switch (type) {
      case 'string':
        return defined({
          kind: 'text',
          minLength: countOf(node['minLength']),
          maxLength: countOf(node['maxLength']),
          format: textOf(node['format']),
        });
      case 'integer':
      case 'number':
        return { kind: 'number', whole: type === 'integer', ...boundsOf(node) };
      case 'boolean':
        return { kind: 'boolean' };
      case 'null':
        return { kind: 'null' };
      case 'array':
        return defined({
          kind: 'list',
          items: node['items'] === undefined ? ANYTHING : this.tree(node['items'], refs, depth + 1),
          minItems: countOf(node['minItems']),
          maxItems: countOf(node['maxItems']),
          unique: node['uniqueItems'] === true ? true : undefined,
        });
      case 'object':
        return this.object(node, refs, depth);
      default:
        return { kind: 'anything', why: 'its schema names no type' };
    }
  }

  private object(node: Json, refs: readonly string[], depth: number): Tree {
    const properties = asJson(node['properties']);
    const more = node['additionalProperties'];
    if (properties === undefined) {
      const values = asJson(more);
      return { kind: 'record', values: values === undefined ? ANYTHING : this.tree(values, refs, depth + 1) };
    }
    const required = new Set(listOf(node['required']));
    const fields = Object.entries(properties).map(([name, schema]): [string, Field] => {
      if (!isPrintable(name) || name.length > LONGEST_NAME) {
        throw new AbsurdSchemaError('names a field that cannot be printed');
      }
      return [name, this.field(name, schema, required.has(name), refs, depth + 1)];
    });
    return defined({
      kind: 'object',
      name: sentence(node['title']),
      fields: new Map(fields),
      open: more === true || asJson(more) !== undefined ? true : undefined,
    });
  }

  private field(
    name: string,
    schema: unknown,
    required: boolean,
    refs: readonly string[],
    depth: number,
  ): Field {
    const tree = this.tree(schema, refs, depth);
    // A reference to a type has the type's texts, those of the field stand beside it.
    const node = asJson(schema) ?? {};
    const inner = listOf(node['allOf'])?.length === 1 ? asJson(listOf(node['allOf'])?.[0]) : undefined;
    const about = sentence(node['description']) ?? sentence(inner?.['description']) ?? '';
    const examples = listOf(node['examples']) ?? [];
    return defined({
      name,
      tree,
      required,
      about,
      title: sentence(node['title']) ?? '',
      fallback: printableValue(node['default']),
      mark: textOf(node['_fal_ui_field']) ?? textOf(asJson(node['ui'])?.['field']),
      example: printableValue(examples.find((one) => one !== null) ?? node['example']),
      limits: sentence(node['limit_description']),
      deprecated: node['deprecated'] === true ? true : undefined,
    });
  }
}

const ANYTHING: Tree = { kind: 'anything', why: 'its schema names no type' };

/** Alternatives as one tree: without unions in unions, and words and numbers that are listed one by one together. */
export function unionOf(trees: readonly Tree[]): Tree {
  const flat = trees.flatMap((tree) => (tree.kind === 'union' ? tree.options : [tree]));
  const options = flat.filter(
    (tree, index) => tree.kind !== 'null' || flat.findIndex(({ kind }) => kind === 'null') === index,
  );
  const [first] = options;
  return first !== undefined && options.length === 1 ? first : { kind: 'union', options };
}

/** The tree of an enumeration, whose values may be of several types. */
function valuesTree(values: readonly unknown[]): Tree {
  const words = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number');
  const switches = values.filter((value) => typeof value === 'boolean');
  const [only] = switches;
  const trees: Tree[] = [
    ...(words.length === 0 ? [] : [{ kind: 'text' as const, words }]),
    ...(numbers.length === 0
      ? []
      : [{ kind: 'number' as const, whole: numbers.every(Number.isInteger), values: numbers }]),
    ...(only === undefined
      ? []
      : [new Set(switches).size === 2 ? { kind: 'boolean' as const } : { kind: 'boolean' as const, only }]),
    ...(values.includes(null) ? [{ kind: 'null' as const }] : []),
  ];
  return trees.length === 0
    ? { kind: 'anything', why: 'its schema lists values of no simple type' }
    : unionOf(trees);
}

/** Bounds of a number. OpenAPI 3.0 has `exclusiveMinimum: true` beside `minimum`, JSON schema a number instead. */
function boundsOf(
  node: Json,
): Pick<Extract<Tree, { kind: 'number' }>, 'min' | 'max' | 'above' | 'below' | 'multipleOf'> {
  const minimum = numberOf(node['minimum']) ?? numberOf(node['ge']);
  const maximum = numberOf(node['maximum']) ?? numberOf(node['le']);
  const [isAbove, isBelow] = [node['exclusiveMinimum'] === true, node['exclusiveMaximum'] === true];
  return defined({
    min: isAbove ? undefined : minimum,
    max: isBelow ? undefined : maximum,
    above: isAbove ? minimum : (numberOf(node['exclusiveMinimum']) ?? numberOf(node['gt'])),
    below: isBelow ? maximum : (numberOf(node['exclusiveMaximum']) ?? numberOf(node['lt'])),
    multipleOf: numberOf(node['multipleOf']),
  });
}

/** Follows only references within the document: `#/components/schemas/ImageSize`. */
function resolveRef(ref: string, document: unknown): unknown {
  if (!ref.startsWith('#/')) return undefined;
  return ref
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((node, part) => {
      const record = asJson(node);
      return record !== undefined && Object.hasOwn(record, part) ? record[part] : undefined;
    }, document);
}

function impliedType(node: Json): string[] {
  if (asJson(node['properties']) !== undefined) return ['object'];
  return node['items'] === undefined ? [] : ['array'];
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the properties that are undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as unknown[]) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
