import * as z from 'zod';
import { problemText, type FieldProblem } from '../errors/error.js';
import { nearName } from '../near-name.js';
import { allowed, fieldNames, schemaAt } from './allowed.js';
import { findFileFields, valueAt } from './fields.js';
import type { Model } from './model.js';
import { flagOf, FLAG_OF, type Dimensions, type NameOf, type RequestKey } from './request.js';

/**
 * The user's name for a field of fal's input: its flag if it has one, else its name for `--set`.
 *
 * @param nameOf name of a setting, if that is not its flag
 */
export function flagForField(model: Model, path: readonly PropertyKey[], nameOf: NameOf = flagOf): string {
  const [field, ...rest] = path.map(String);
  if (field === undefined) return nameOf('set');
  const key = ownKey(model, field);
  if (key === undefined) {
    const { schema } = schemaAt(model.input, path);
    const isFile = model.schema !== undefined && findFileFields(schema, 'any').length > 0;
    return `${nameOf(isFile ? 'file' : 'set')} ${[field, ...rest].join('.')}`;
  }
  const flag = nameOf(key);
  const [index] = rest;
  return index !== undefined && /^\d+$/.test(index) && Number(index) > 0
    ? `${flag} (number ${Number(index) + 1})`
    : flag;
}

/** The flag that fills a field of the model's input, if there is one. */
export function ownFlag(model: Model, field: string): string | undefined {
  const key = ownKey(model, field);
  return key === undefined ? undefined : FLAG_OF[key];
}

/** The setting that fills a field of the model's input, if there is one. */
export function ownKey(model: Model, field: string): RequestKey | undefined {
  const entries = Object.entries(model.fields) as [RequestKey, readonly string[]][];
  return entries.find(([, names]) => names.includes(field))?.[0];
}

/** The problems of an input, in terms of the flags, without duplicates. */
export function explainIssues(
  model: Model,
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
  nameOf: NameOf = flagOf,
): FieldProblem[] {
  const problems = issues.flatMap(narrowed).flatMap((issue) => explainIssue(model, input, issue, nameOf));
  return [...new Map(problems.map((problem) => [problemText(problem), problem])).values()];
}

/** The issues of the only alternative that has the value's type, which name the field inside it that is wrong. */
function narrowed(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const fitting = issue.errors.filter(
    (found) => !found.some(({ code, path }) => isAboutType(code) && path.length === 0),
  );
  const [only, ...others] = fitting;
  if (only === undefined || others.length > 0) return [issue];
  return only.flatMap((inner) => narrowed({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isAboutType(code: z.core.$ZodIssue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union';
}

function explainIssue(model: Model, input: unknown, issue: z.core.$ZodIssue, nameOf: NameOf): FieldProblem[] {
  const field = flagForField(model, issue.path, nameOf);
  const { schema, depth } = schemaAt(model.input, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = fieldNames(schema);
    return issue.keys.map((key) => {
      // Another alternative has it.
      if (known.includes(key)) return wrongValue(model, field, schema, valueAt(input, issue.path));
      const near = nearName(key, known);
      const suggestion = near === undefined ? '' : ` Did you mean ${near}?`;
      return {
        field: flagForField(model, [...issue.path, key], nameOf),
        message: `${model.name} has no field "${key}".${suggestion}`,
      };
    });
  }
  if (issue.code === 'too_big' && issue.origin === 'array') {
    return [{ field, message: `${model.name} takes at most ${issue.maximum} here.` }];
  }
  if (issue.code === 'too_small' && issue.origin === 'array') {
    return [{ field, message: `${model.name} needs at least ${issue.minimum} here.` }];
  }
  // A size is one value for people, whichever of its sides is wrong.
  const [size] = model.fields.size ?? [];
  if (size !== undefined && issue.path[0] === size && issue.path.length > 1) {
    return [wrongValue(model, field, schemaAt(model.input, [size]).schema, valueAt(input, [size]))];
  }
  if (issue.code === 'custom' && schema instanceof z.ZodArray)
    return [{ field, message: `${issue.message}.` }];
  const value = valueAt(input, issue.path.slice(0, depth));
  if (value === undefined) return [{ field, message: `is missing. It must be ${allowed(schema)}.` }];
  if (schema instanceof z.ZodLiteral) return [{ field, message: `${shortJson(value)} ${issue.message}.` }];
  return [wrongValue(model, field, schema, value)];
}

function wrongValue({ name }: Model, field: string, schema: z.core.$ZodType, value: unknown): FieldProblem {
  return { field, message: `must be ${allowed(schema)} for ${name}, not ${shortJson(value)}.` };
}

function shortJson(value: unknown): string {
  if (isDimensions(value)) return `${value.width}x${value.height}`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isDimensions(value: unknown): value is Dimensions {
  return typeof value === 'object' && value !== null && 'width' in value && 'height' in value;
}
