import { fieldError, problemsError, type FalEditError } from '../errors/error.js';
import { nearName } from '../near-name.js';
import { allowed, fieldNames, itemsOf, schemaAt, takesText } from './allowed.js';
import { explainIssues, ownFlag, ownKey } from './explain.js';
import { valueAt } from './fields.js';
import { flagSays } from './flag-values.js';
import type { Model } from './model.js';
import { flagOf, type FileWish, type NameOf } from './request.js';
import type * as z from 'zod';

/** A field of the model's input by fal's name, with its text or value. */
export type SetEntry = readonly [key: string, value: unknown];

/**
 * Entries of `--set`: `key=value` texts, objects, or a list of these.
 *
 * @param where name of `--set` in messages
 * @throws FalEditError (usage): a text without "=", or a value of another form
 */
export function setEntries(given: unknown, where: string): SetEntry[] {
  if (given === undefined) return [];
  if (Array.isArray(given)) return given.flatMap((part: unknown) => setEntries(part, where));
  if (typeof given === 'object' && given !== null) {
    return Object.entries(given).map(([key, value]): SetEntry => [fieldName(key), value]);
  }
  if (typeof given !== 'string') {
    throw fieldError(where, `must be text or an object, not ${JSON.stringify(given)}.`);
  }
  const equals = given.indexOf('=');
  if (equals < 1) {
    throw fieldError(where, `"${given}" must have the form key=value.`, 'For example: --set scheduler=euler');
  }
  return [[fieldName(given.slice(0, equals)), given.slice(equals + 1)]];
}

/** The field at the top may be written with dashes, as a flag is. */
function fieldName(key: string): string {
  return key.trim().replace(/^[^.[]+/, (head) => head.replaceAll('-', '_'));
}

/**
 * Reads the fields of `--set` by the model's input: a text as JSON if the field accepts that (numbers, booleans, lists,
 * objects), else unchanged. A key may lead into objects and lists: `image_prompt.weight`, `elements[0].name`. Refuses
 * keys that the model does not have (naming the nearest one), fields that have a flag of their own, values that the
 * field does not accept, and a key set twice.
 *
 * @param given as returned by {@link setEntries}
 * @param nameOf name of `--set`, if the value came from elsewhere
 * @throws FalEditError (usage)
 */
export function parseSetFields(
  model: Model,
  given: unknown,
  nameOf: NameOf = flagOf,
): Record<string, unknown> {
  const where = nameOf('set');
  const seen = new Set<string>();
  return setEntries(given, where).reduce<Record<string, unknown>>((fields, [key, value]) => {
    if (seen.has(key)) throw fieldError(`${where} ${key}`, 'set twice. Give it once.');
    seen.add(key);
    const path = pathOf(key, model.input);
    return put(fields, path, parseField(model, path, key, value, nameOf)) as Record<string, unknown>;
  }, {});
}

/** The files of `--file field=path`, and the fields of `--set` with them. */
interface WithFiles {
  set: Record<string, unknown>;
  files: FileWish[];
}

/**
 * Adds the files of `--file` to the fields of `--set`. A list takes several.
 *
 * @param wishes as returned by {@link setEntries}
 * @throws FalEditError (usage): the model has no such field, or it takes no text
 */
export function withFiles(
  model: Model,
  set: Record<string, unknown>,
  wishes: unknown,
  nameOf: NameOf = flagOf,
): WithFiles {
  const where = nameOf('file');
  const result = setEntries(wishes, where)
    .flatMap(([key, value]) => [value].flat().map((one: unknown): SetEntry => [key, one]))
    .reduce<WithFiles>(
      ({ set: fields, files }, [key, value]) => {
        const label = `${where} ${key}`;
        if (typeof value !== 'string' || value === '') {
          throw fieldError(label, 'must be a file, a URL or a data: URI.');
        }
        const path = pathOf(key, model.input);
        const schema = schemaOf(model, path, key, label);
        const isList = !takesText(schema) && itemsOf(schema) !== undefined;
        const count = isList ? lengthAt(fields, path) : 0;
        const at = isList ? [...path, count] : path;
        const items = isList ? itemsOf(schema) : schema;
        if (items === undefined || !takesText(items)) throw fieldError(label, 'this field takes no file.');
        if (!isList && valueAt(fields, path) !== undefined) {
          throw fieldError(label, 'is given twice. Give it once.');
        }
        return {
          set: put(fields, at, value) as Record<string, unknown>,
          files: [...files, { path: at, value }],
        };
      },
      { set, files: [] },
    );
  refuseGaps(result.set, nameOf('set'));
  return result;
}

/** @throws FalEditError (usage): a list has a later item, but not an earlier one */
function refuseGaps(value: unknown, where: string, at: readonly (string | number)[] = []): void {
  if (typeof value !== 'object' || value === null) return;
  const gap = Array.isArray(value) ? value.findIndex((item) => item === undefined) : -1;
  if (gap >= 0) {
    throw fieldError(`${where} ${[...at, gap].join('.')}`, 'is missing.', 'The first item is number 0.');
  }
  for (const [key, inner] of Object.entries(value)) refuseGaps(inner, where, [...at, key]);
}

/** `a.b[0].c` and `a.b.0.c` → a, b, 0, c, where b is a list. */
function pathOf(key: string, input: z.core.$ZodType): (string | number)[] {
  const parts = key
    .split(/\.|\[(\d+)\]/)
    .filter((part: string | undefined) => part !== undefined && part !== '');
  return parts.map((part, index) => {
    if (index === 0 || !/^\d{1,4}$/.test(part)) return part;
    const { schema, depth } = schemaAt(input, parts.slice(0, index));
    return depth === index && itemsOf(schema) !== undefined ? Number(part) : part;
  });
}

/** A copy of a value with another one inside; what is missing on the way is created. */
function put(into: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (typeof head === 'number') {
    const list: unknown[] = Array.isArray(into) ? [...(into as unknown[])] : [];
    list[head] = put(list[head], rest, value);
    return list;
  }
  const record = typeof into === 'object' && into !== null ? (into as Record<string, unknown>) : {};
  return { ...record, [head]: put(Object.hasOwn(record, head) ? record[head] : undefined, rest, value) };
}

function lengthAt(value: unknown, path: readonly (string | number)[]): number {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.length : 0;
}

function parseField(
  model: Model,
  path: readonly (string | number)[],
  key: string,
  given: unknown,
  nameOf: NameOf,
): unknown {
  const where = `${nameOf('set')} ${key}`;
  const schema = schemaOf(model, path, key, where, given);
  const taken = candidatesOf(given).find((value) => schema.safeParse(value).success);
  if (taken !== undefined) return taken;
  const [first] = candidatesOf(given);
  const issues = schema.safeParse(first).error?.issues ?? [];
  const placed = issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  const problems = explainIssues(model, put({}, path, first), placed, nameOf);
  throw problems.length === 0
    ? fieldError(where, `must be ${allowed(schema)}.`)
    : problemsError('usage', problems);
}

/**
 * The schema of a field, at any depth.
 *
 * @param label of the field in messages
 * @param given its value, if that decides whether the field has a flag of its own
 * @throws FalEditError (usage): there is no such field, or it has its own flag
 */
function schemaOf(
  model: Model,
  path: readonly (string | number)[],
  key: string,
  label: string,
  given?: unknown,
): z.ZodType {
  const { schema, depth } = schemaAt(model.input, path);
  if (depth < path.length) throw noField(model, schema, path, depth, key, label);
  const flag = ownFlag(model, String(path[0]));
  if (flag !== undefined && !needsSet(model, path, schema as z.ZodType, given)) {
    throw fieldError(label, 'this field has its own flag.', `Use ${flag} instead.`);
  }
  return schema as z.ZodType;
}

/** Whether a field has a flag that cannot say the value: null, the other position of a switch, a LoRA with more fields. */
function needsSet(
  model: Model,
  path: readonly (string | number)[],
  schema: z.ZodType,
  given: unknown,
): boolean {
  const key = ownKey(model, String(path[0]));
  if (key === undefined || path.length > 1 || given === undefined) return false;
  const taken = candidatesOf(given).find((value) => schema.safeParse(value).success);
  return taken !== undefined && !flagSays(key, taken);
}

function noField(
  model: Model,
  schema: z.core.$ZodType,
  path: readonly (string | number)[],
  depth: number,
  key: string,
  label: string,
): FalEditError {
  const known = fieldNames(schema);
  const wrong = String(path[depth]);
  if (depth > 0 && known.length === 0) {
    return fieldError(label, `${path.slice(0, depth).join('.')} must be ${allowed(schema)}.`);
  }
  const near = nearName(wrong, known);
  const better = near === undefined ? undefined : [...path.slice(0, depth), near].join('.');
  return fieldError(
    label,
    `${model.name} has no field "${depth === 0 ? wrong : key}".`,
    better === undefined || near === undefined
      ? `fal-edit models ${model.name} lists its fields.`
      : `Did you mean ${(depth === 0 ? ownFlag(model, near) : undefined) ?? better}?`,
  );
}

/** Values that a given one may stand for: a text may be JSON, and a number may be the text of it. */
function candidatesOf(given: unknown): unknown[] {
  if (typeof given === 'number') return [given, String(given)];
  return typeof given === 'string' ? [...jsonValue(given), given] : [given];
}

/** The text read as JSON, in a list of one; empty if it is not JSON. */
function jsonValue(text: string): unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return [];
  }
}
