import { usageError } from '../errors.js';
import { nearName } from '../near-name.js';
import { allowed } from './allowed.js';
import { explainIssues, ownFlag } from './explain.js';
import type { Model } from './model.js';
import { flagOf, type NameOf } from './request.js';
import type * as z from 'zod';

/**
 * Reads `--set key=value` pairs into typed fields of the model's input: JSON where the field takes it (numbers,
 * booleans, lists, objects), else the text as it stands. Refuses keys that the model does not have (naming the
 * nearest one), fields that have a flag of their own, values that the field does not take, and a key set twice.
 *
 * @param nameOf name of `--set`, where the value came from elsewhere
 * @throws FalEditError (usage)
 */
export function parseSetFields(
  model: Model,
  pairs: readonly string[],
  nameOf: NameOf = flagOf,
): Record<string, unknown> {
  const where = nameOf('set');
  const fields: Record<string, unknown> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw usageError(
        `${where}: "${pair}" must have the form key=value.`,
        'For example: --set scheduler=euler',
      );
    }
    const key = pair.slice(0, equals).trim().replaceAll('-', '_');
    if (Object.hasOwn(fields, key)) throw usageError(`${where} ${key}: set twice. Give it once.`);
    fields[key] = parseField(model, key, pair.slice(equals + 1), nameOf);
  }
  return fields;
}

function parseField(model: Model, key: string, text: string, nameOf: NameOf): unknown {
  const where = `${nameOf('set')} ${key}`;
  const shape = model.input.shape as Record<string, z.ZodType>;
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
  if (schema === undefined) {
    const near = nearName(key, Object.keys(shape));
    throw usageError(
      `${where}: ${model.name} has no field "${key}".`,
      near === undefined
        ? `fal-edit models ${model.name} lists its fields.`
        : `Did you mean ${ownFlag(model, near) ?? near}?`,
    );
  }
  const flag = ownFlag(model, key);
  if (flag !== undefined) {
    throw usageError(`${where}: this field has its own flag.`, `Use ${flag} instead.`);
  }
  const candidates = [...jsonValue(text), text];
  const taken = candidates.find((value) => schema.safeParse(value).success);
  if (taken !== undefined) return taken;
  const input = { [key]: candidates[0] };
  const issues = schema.safeParse(candidates[0]).error?.issues ?? [];
  const placed = issues.map((issue) => ({ ...issue, path: [key, ...issue.path] }));
  const [first, ...more] = explainIssues(model, input, placed, nameOf);
  throw usageError(
    first ?? `${where}: must be ${allowed(schema)}.`,
    more.length === 0 ? undefined : more.join(' '),
  );
}

/** The text read as JSON, as a list of one; empty where it is not JSON. */
function jsonValue(text: string): unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return [];
  }
}
