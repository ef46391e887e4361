import { PRESETS, type Field, type Fields } from './endpoints.js';

/** One row of a 422 (fal-api.md 4.1). */
export interface Row {
  loc: (string | number)[];
  msg: string;
  type: string;
  url: string;
  input: unknown;
  ctx?: Record<string, unknown>;
}

/** A picture named in the input, and its position there. */
export interface NamedPicture {
  loc: (string | number)[];
  url: string;
}

export interface Checked {
  rows: Row[];
  pictures: NamedPicture[];
  /** Known fields with defaults filled in; unknown fields are dropped, as by fal (fal-api.md 1.5). */
  values: Record<string, unknown>;
}

/** Makes one row, with the URL that fal puts on each. */
export function row(
  loc: (string | number)[],
  type: string,
  msg: string,
  input: unknown,
  ctx?: Record<string, unknown>,
): Row {
  return {
    loc,
    msg,
    type,
    url: `https://docs.fal.ai/errors/#${type}`,
    ...(ctx === undefined ? {} : { ctx }),
    input,
  };
}

/**
 * Checks an input as fal's pydantic models do when the job runs: every problem is reported, not only the first.
 */
export function validate(fields: Fields, input: unknown): Checked {
  const checked: Checked = { rows: [], pictures: [], values: {} };
  checked.values = checkObject(checked, fields, input, ['body']);
  return checked;
}

type Loc = (string | number)[];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkObject(to: Checked, fields: Fields, value: unknown, loc: Loc): Record<string, unknown> {
  if (!isRecord(value)) {
    const msg = 'Input should be a valid dictionary or object to extract fields from';
    to.rows.push(row(loc, 'model_attributes_type', msg, value));
    return {};
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = value[name];
    if (given === undefined && field.required === true) {
      to.rows.push(row([...loc, name], 'missing', 'Field required', value));
    } else if (given === undefined || (given === null && field.nullable === true)) {
      values[name] = field.default;
    } else {
      values[name] = checkField(to, field, given, [...loc, name]);
    }
  }
  return values;
}

function checkField(to: Checked, field: Field, value: unknown, loc: Loc): unknown {
  const fault = (type: string, msg: string, ctx?: Record<string, unknown>): unknown => {
    to.rows.push(row(loc, type, msg, value, ctx));
    return undefined;
  };
  switch (field.kind) {
    case 'string':
    case 'picture':
      if (typeof value !== 'string') return fault('string_type', 'Input should be a valid string');
      if (field.kind === 'picture') to.pictures.push({ loc, url: value });
      else if (value.length < (field.minLength ?? 0)) {
        const ctx = { min_length: field.minLength };
        return fault('sequence_too_short', 'Input should not be empty', ctx);
      }
      return value;
    case 'boolean':
      if (value === true || value === 'true' || value === 1) return true;
      if (value === false || value === 'false' || value === 0) return false;
      return fault('bool_parsing', 'Input should be a valid boolean, unable to interpret input');
    case 'integer':
    case 'number':
      return checkNumber(field, value, fault);
    case 'scales':
      if (!isRecord(value)) return checkNumber({ ...field, kind: 'number' }, value, fault);
      return Object.fromEntries(
        Object.entries(value).map(([layer, scale]) => [
          layer,
          checkField(to, { kind: 'number' }, scale, [...loc, layer]),
        ]),
      );
    case 'choice':
      if (typeof value === 'string' && field.values.includes(value)) return value;
      return fault('one_of', `Input should be ${oneOf(field.values)}`, { expected: field.values });
    case 'pictures':
      return checkPictures(to, field, typeof value === 'string' ? [value] : value, loc, fault);
    case 'size':
      return checkSize(to, field, value, loc, fault);
    case 'object':
      return checkObject(to, field.of, value, loc);
    case 'list':
      if (!Array.isArray(value)) return fault('list_type', 'Input should be a valid list');
      if (value.length > (field.max ?? Infinity)) {
        const msg = `List should have at most ${field.max ?? 0} items, not ${value.length}`;
        return fault('sequence_too_long', msg, { max_length: field.max });
      }
      return value.map((item: unknown, index) => checkObject(to, field.of, item, [...loc, index]));
  }
}

type Fault = (type: string, msg: string, ctx?: Record<string, unknown>) => unknown;
type Of<K extends Field['kind']> = Extract<Field, { kind: K }>;

function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  return quoted.length < 2
    ? quoted.join('')
    : `${quoted.slice(0, -1).join(', ')} or ${quoted.slice(-1).join('')}`;
}

/** pydantic's lax mode: a number in a string is a number. */
function checkNumber(
  field: { kind: 'integer' | 'number'; min?: number; above?: number; max?: number },
  value: unknown,
  fault: Fault,
): unknown {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) {
    return field.kind === 'integer'
      ? fault('int_parsing', 'Input should be a valid integer, unable to parse string as an integer')
      : fault('float_parsing', 'Input should be a valid number, unable to parse string as a number');
  }
  if (field.kind === 'integer' && !Number.isInteger(parsed)) {
    return fault('int_from_float', 'Input should be a valid integer, got a number with a fractional part');
  }
  if (field.min !== undefined && parsed < field.min) {
    const msg = `Input should be greater than or equal to ${field.min}`;
    return fault('greater_than_equal', msg, { ge: field.min });
  }
  if (field.above !== undefined && parsed <= field.above) {
    return fault('greater_than', `Input should be greater than ${field.above}`, { gt: field.above });
  }
  if (field.max !== undefined && parsed > field.max) {
    return fault('less_than_equal', `Input should be less than or equal to ${field.max}`, { le: field.max });
  }
  return parsed;
}

/** Excess pictures are dropped silently, as by fal (fal-api.md 1.2). */
function checkPictures(to: Checked, field: Of<'pictures'>, value: unknown, loc: Loc, fault: Fault): unknown {
  if (!Array.isArray(value)) return fault('list_type', 'Input should be a valid list');
  if (value.length < (field.atLeast ?? 0)) {
    const msg = `List should have at least ${field.atLeast ?? 0} item, not ${value.length}`;
    return fault('sequence_too_short', msg, { min_length: field.atLeast });
  }
  const items: unknown[] = value.slice(0, field.used);
  return items.map((item, index) => checkField(to, { kind: 'picture' }, item, [...loc, index]));
}

function checkSize(to: Checked, field: Of<'size'>, value: unknown, loc: Loc, fault: Fault): unknown {
  if (typeof value === 'string') {
    const preset = PRESETS[value];
    if (preset !== undefined) return { width: preset[0], height: preset[1] };
    const names = Object.keys(PRESETS);
    return fault('one_of', `Input should be ${oneOf(names)}`, { expected: names });
  }
  // 512 is the toolkit's default for a side that is left out (fal-api.md 1.1).
  const side: Field = { kind: 'integer', min: field.min, max: field.max, default: 512 };
  return checkObject(to, { width: side, height: side }, value, loc);
}
