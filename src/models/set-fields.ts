import { fieldError, problemsError } from '../errors/error.js';
import { nearName } from '../near-name.js';
import { allowed } from './allowed.js';
import { explainIssues, ownFlag } from './explain.js';
import type { Model } from './model.js';
import { flagOf, type NameOf } from './request.js';
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

function fieldName(key: string): string {
  return key.trim().replaceAll('-', '_');
}

/**
 * Reads the fields of `--set` by the model's input: a text as JSON if the field accepts that (numbers, booleans, lists,
 * objects), else unchanged. Refuses keys that the model does not have (naming the nearest one), fields that have a flag
 * of their own, values that the field does not accept, and a key set twice.
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
  const fields: Record<string, unknown> = {};
  for (const [key, value] of setEntries(given, where)) {
    if (Object.hasOwn(fields, key)) throw fieldError(`${where} ${key}`, 'set twice. Give it once.');
    fields[key] = parseField(model, key, value, nameOf);
  }
  return fields;
}

function parseField(model: Model, key: string, given: unknown, nameOf: NameOf): unknown {
  const where = `${nameOf('set')} ${key}`;
  const shape = model.input.shape as Record<string, z.ZodType>;
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
  if (schema === undefined) {
    const near = nearName(key, Object.keys(shape));
    throw fieldError(
      where,
      `${model.name} has no field "${key}".`,
      near === undefined
        ? `fal-edit models ${model.name} lists its fields.`
        : `Did you mean ${ownFlag(model, near) ?? near}?`,
    );
  }
  const flag = ownFlag(model, key);
  if (flag !== undefined) {
    throw fieldError(where, 'this field has its own flag.', `Use ${flag} instead.`);
  }
  const candidates = typeof given === 'string' ? [...jsonValue(given), given] : [given];
  const taken = candidates.find((value) => schema.safeParse(value).success);
  if (taken !== undefined) return taken;
  const input = { [key]: candidates[0] };
  const issues = schema.safeParse(candidates[0]).error?.issues ?? [];
  const placed = issues.map((issue) => ({ ...issue, path: [key, ...issue.path] }));
  const problems = explainIssues(model, input, placed, nameOf);
  throw problems.length === 0
    ? fieldError(where, `must be ${allowed(schema)}.`)
    : problemsError('usage', problems);
}

/** The text read as JSON, in a list of one; empty if it is not JSON. */
function jsonValue(text: string): unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return [];
  }
}
