import { inputFields } from '../json-schema.js';
import type { Model } from '../model.js';
import { optionsOf, type Field, type Tree } from '../schema/tree.js';
import { typeText } from '../schema/type-text.js';
import { AbsurdSchemaError, readTree } from '../schema/walk.js';
import { difference, type Difference, type Position } from './difference.js';
import { compareLength, compareNumbers, compareSwitches, compareTexts } from './values.js';

type Kind<K extends Tree['kind']> = Extract<Tree, { kind: K }>;
type Fields = ReadonlyMap<string, Field>;

/**
 * Compares an adapter's input with fal's schema, at every depth. A value that we deliberately send under a second name,
 * which fal need not have, is left out.
 *
 * @param schema fal's JSON schema of the input
 * @param document the document that its references point into
 */
export function driftOf(model: Model, schema: unknown, document: unknown): Difference[] {
  const doubles = Object.values(model.fields).flatMap((names) => names.slice(1));
  const ours = new Map([...inputFields(model)].filter(([name]) => !doubles.includes(name)));
  const fals = treeOf(schema, document);
  if (fals.kind === 'object') {
    const known = new Map([...fals.fields].filter(([name]) => !doubles.includes(name)));
    return compareFields(ours, { ...fals, fields: known }, { path: '', isTop: true });
  }
  const why = fals.kind === 'anything' && fals.why !== undefined ? fals.why : 'its schema has no fields';
  return [difference('info', 'input', 'not_compared', undefined, why)];
}

function treeOf(schema: unknown, document: unknown): Tree {
  try {
    return readTree(schema, document);
  } catch (error) {
    if (error instanceof AbsurdSchemaError) return { kind: 'anything', why: `its schema ${error.message}` };
    throw error;
  }
}

function compareFields(ours: Fields, fals: Kind<'object'>, { path, isTop }: Position): Difference[] {
  const known = [...ours.values()].flatMap((own): Difference[] => {
    const at = { path: path + own.name, isTop };
    const other = fals.fields.get(own.name);
    if (other === undefined) {
      if (fals.open === true) return [difference('info', at.path, 'not_compared', undefined, OPEN)];
      return [difference('drift', at.path, 'gone', typeText(own.tree), undefined)];
    }
    const isNew = other.required && !own.required;
    return [
      ...(isNew ? [difference('drift', at.path, 'required', 'optional', 'required')] : []),
      ...compareTrees(own.tree, other.tree, at),
      ...(isTop ? compareDefaults(own, other, at) : []),
    ];
  });
  const added = [...fals.fields.values()]
    .filter(({ name }) => !ours.has(name))
    .map(({ name, required, tree }) =>
      difference(required ? 'drift' : 'info', path + name, 'added', undefined, typeText(tree)),
    );
  return [...known, ...added];
}

const OPEN = 'fal takes fields there that its schema does not list';

/** Each of our alternatives is compared with the one of fal's that accepts most of it. */
function compareTrees(ours: Tree, fals: Tree, at: Position): Difference[] {
  const others = alternatives(fals);
  const unclear = others.find((option) => option.kind === 'anything');
  if (unclear !== undefined) {
    const why = unclear.why ?? 'its schema names no type';
    return [difference('info', at.path, 'not_compared', typeText(ours), why)];
  }
  const own = alternatives(ours);
  const matches = own.map((option) => bestMatch(option, others, at));
  const found = matches.filter((match) => match !== undefined);
  if (found.length < own.length) {
    return [difference('drift', at.path, 'type', typeText(ours), typeText(fals))];
  }
  const more = others.filter(
    (option) =>
      !found.some(({ other }) => other === option) &&
      (isStructure(option) || !own.some(({ kind }) => kind === option.kind)),
  );
  return [
    ...found.flatMap(({ differences }) => differences),
    ...(more.length === 0 ? [] : [difference('info', at.path, 'type', typeText(ours), typeText(fals))]),
  ];
}

/** The options of a tree; words that are listed apart are one option. */
function alternatives(tree: Tree): Tree[] {
  const options = optionsOf(tree);
  const texts = options.filter((option) => option.kind === 'text');
  if (texts.length < 2) return [...options];
  const free = texts.find(({ words }) => words === undefined);
  const text = free ?? { kind: 'text' as const, words: texts.flatMap(({ words }) => words ?? []) };
  return [...options.filter((option) => option.kind !== 'text'), text];
}

interface Match {
  other: Tree;
  differences: Difference[];
}

function bestMatch(option: Tree, others: readonly Tree[], at: Position): Match | undefined {
  return others
    .filter((other) => isComparable(option, other))
    .map((other) => ({ other, differences: compareOption(option, other, at) }))
    .sort((one, two) => weight(one) - weight(two))[0];
}

function weight({ differences }: Match): number {
  return differences.reduce((sum, { gravity }) => sum + { drift: 10_000, warning: 100, info: 1 }[gravity], 0);
}

function isStructure({ kind }: Tree): boolean {
  return kind === 'object' || kind === 'record' || kind === 'list';
}

/** Whether some value of one may be a value of the other, by type. */
function isComparable(ours: Tree, fals: Tree): boolean {
  if (ours.kind === 'object' && fals.kind === 'record') return true;
  if (ours.kind !== fals.kind) return false;
  return ours.kind !== 'number' || fals.kind !== 'number' || isWhole(ours) || !isWhole(fals);
}

function isWhole({ whole, values }: Kind<'number'>): boolean {
  return whole || values?.every(Number.isInteger) === true;
}

function compareOption(ours: Tree, fals: Tree, at: Position): Difference[] {
  const inside = { path: `${at.path}.`, isTop: false };
  if (ours.kind === 'text' && fals.kind === 'text') return compareTexts(ours, fals, at);
  if (ours.kind === 'number' && fals.kind === 'number') return compareNumbers(ours, fals, at);
  if (ours.kind === 'boolean' && fals.kind === 'boolean') return compareSwitches(ours, fals, at);
  if (ours.kind === 'list' && fals.kind === 'list') {
    const items = compareTrees(ours.items, fals.items, { path: at.path, isTop: false });
    return [...compareLength(ours, fals, at), ...items];
  }
  if (ours.kind === 'object' && fals.kind === 'object') return compareFields(ours.fields, fals, inside);
  if (fals.kind !== 'record') return [];
  // Where fal does not say what the values are, it takes any.
  if (fals.values.kind === 'anything') {
    return ours.kind === 'record'
      ? []
      : [difference('info', at.path, 'not_compared', typeText(ours), 'its schema lists no fields')];
  }
  if (ours.kind === 'record')
    return compareTrees(ours.values, fals.values, { ...inside, path: `${at.path}.*` });
  if (ours.kind !== 'object') return [];
  return [...ours.fields.values()].flatMap(({ name, tree }) =>
    compareTrees(tree, fals.values, { ...inside, path: inside.path + name }),
  );
}

function compareDefaults(ours: Field, fals: Field, { path }: Position): Difference[] {
  const [own, other] = [ours.fallback, fals.fallback].map((value) => JSON.stringify(value ?? undefined));
  if (own === other) return [];
  return [difference(own === undefined ? 'info' : 'warning', path, 'default', own, other)];
}
