import { row, type Row } from '../queue/validate.js';
import type { Schema } from './schema.js';

/** Values in pydantic's words: `1, 2 or 'three'`. */
export function oneOf(values: readonly unknown[]): string {
  const quoted = values.map((value) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value)));
  const last = quoted.at(-1) ?? '';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`;
}

/** Problems of a text, at most one. */
export function checkText({ minLength, maxLength, pattern }: Schema, value: unknown, loc: Row['loc']): Row[] {
  if (typeof value !== 'string') return [row(loc, 'string_type', 'Input should be a valid string', value)];
  // Python counts characters, not UTF-16 units.
  const length = Array.from(value).length;
  if (typeof minLength === 'number' && length < minLength) {
    const msg = `String should have at least ${minLength} character${minLength === 1 ? '' : 's'}`;
    return [row(loc, 'sequence_too_short', msg, value, { min_length: minLength })];
  }
  if (typeof maxLength === 'number' && length > maxLength) {
    const msg = `String should have at most ${maxLength} character${maxLength === 1 ? '' : 's'}`;
    return [row(loc, 'sequence_too_long', msg, value, { max_length: maxLength })];
  }
  if (typeof pattern === 'string' && !matches(pattern, value)) {
    const msg = `String should match pattern '${pattern}'`;
    return [row(loc, 'string_pattern_mismatch', msg, value, { pattern })];
  }
  return [];
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    // A pattern that is valid only in Python.
    return true;
  }
}

/** pydantic's lax mode: a number in a string is a number. */
export function checkNumber(
  schema: Schema,
  value: unknown,
  loc: Row['loc'],
): { value: number | undefined; rows: Row[] } {
  const wrong = (type: string, msg: string) => ({ value: undefined, rows: [row(loc, type, msg, value)] });
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const whole = schema['type'] === 'integer';
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) {
    return whole
      ? wrong('int_parsing', 'Input should be a valid integer, unable to parse string as an integer')
      : wrong('float_parsing', 'Input should be a valid number, unable to parse string as a number');
  }
  if (whole && !Number.isInteger(parsed)) {
    return wrong('int_from_float', 'Input should be a valid integer, got a number with a fractional part');
  }
  return { value: parsed, rows: numberRows(schema, parsed, loc, 'own') };
}

/**
 * Violated bounds of a number. `own` ones are those of JSON schema: an exclusive bound is a number, or in OpenAPI 3.0
 * a mark on the inclusive one. `beside` ones are pydantic's, which stand beside a union.
 */
export function numberRows(schema: Schema, value: unknown, loc: Row['loc'], where: 'own' | 'beside'): Row[] {
  if (typeof value !== 'number') return [];
  const { at, above, most, below, step } = where === 'own' ? ownBounds(schema) : boundsBeside(schema);
  const rows: Row[] = [];
  const fault = (type: string, words: string, name: string, bound: number) =>
    rows.push(row(loc, type, `Input should be ${words} ${bound}`, value, { [name]: bound }));
  if (at !== undefined && value < at) fault('greater_than_equal', 'greater than or equal to', 'ge', at);
  if (above !== undefined && value <= above) fault('greater_than', 'greater than', 'gt', above);
  if (most !== undefined && value > most) fault('less_than_equal', 'less than or equal to', 'le', most);
  if (below !== undefined && value >= below) fault('less_than', 'less than', 'lt', below);
  if (step !== undefined && !isMultiple(value, step))
    fault('multiple_of', 'a multiple of', 'multiple_of', step);
  return rows;
}

interface Bounds {
  /** Inclusive bounds. */
  at: number | undefined;
  most: number | undefined;
  /** Exclusive bounds. */
  above: number | undefined;
  below: number | undefined;
  step: number | undefined;
}

function ownBounds(schema: Schema): Bounds {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const [least, most] = [numeric(minimum), numeric(maximum)];
  return {
    at: exclusiveMinimum === true ? undefined : least,
    above: exclusiveMinimum === true ? least : numeric(exclusiveMinimum),
    most: exclusiveMaximum === true ? undefined : most,
    below: exclusiveMaximum === true ? most : numeric(exclusiveMaximum),
    step: numeric(multipleOf),
  };
}

function boundsBeside({ ge, gt, le, lt, multiple_of: step }: Schema): Bounds {
  return {
    at: numeric(ge),
    above: numeric(gt),
    most: numeric(le),
    below: numeric(lt),
    step: numeric(step),
  };
}

function numeric(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Whether a number is a multiple of another, as far as floating point can tell. */
function isMultiple(value: number, of: number): boolean {
  const ratio = value / of;
  return of === 0 || Math.abs(ratio - Math.round(ratio)) < 1e-9 * Math.max(1, Math.abs(ratio));
}
