import { row, type NamedPicture, type Row } from '../queue/validate.js';
import { checkNumber, checkText, numberRows, oneOf } from './check-values.js';
import { takesPictures } from './picture-fields.js';
import { allowsNull, asSchema, fieldsOf, itemsOf, optionsOf, resolved, type Schema } from './schema.js';

/** Result of checking one value. */
export interface Checked {
  /** With defaults filled in and unknown fields dropped, as by fal (fal-api.md 1.5). */
  value: unknown;
  /** Every problem, in fal's form. */
  rows: Row[];
  pictures: NamedPicture[];
}

/** A position in the input: its schema, resolved, and its path there. */
interface Position {
  schema: Schema;
  loc: Row['loc'];
  /** Texts here name pictures. */
  picture: boolean;
}

/** Checks an input by a JSON schema, as fal's pydantic models do when the job runs. */
export function checkInput(openapi: unknown, schema: Schema, input: unknown): Checked {
  const check = new InputCheck(openapi);
  return check.value(input, { schema: resolved(openapi, schema), loc: ['body'], picture: false });
}

class InputCheck {
  constructor(readonly openapi: unknown) {}

  value(value: unknown, position: Position): Checked {
    const { schema, loc } = position;
    if (value === null && allowsNull(this.openapi, schema)) return { value, rows: [], pictures: [] };
    const options = optionsOf(this.openapi, schema);
    const [only] = options;
    if (options.length > 1) return this.#union(value, position, options);
    // Bounds may also stand outside of the alternatives.
    const found = this.#plain(value, { ...position, schema: { ...schema, ...only } });
    return found.rows.length > 0 ? found : withRows(found, numberRows(schema, found.value, loc, 'beside'));
  }

  /** The first alternative that fits; a value that needs no conversion is not converted. */
  #union(value: unknown, position: Position, options: readonly Schema[]): Checked {
    const tried = options.map((schema) =>
      this.value(value, { ...position, schema, loc: [...position.loc, labelOf(schema)] }),
    );
    const fitting = tried.filter(({ rows }) => rows.length === 0);
    const best = fitting.find((one) => one.value === value) ?? fitting[0];
    if (best === undefined)
      return { value: undefined, rows: tried.flatMap(({ rows }) => rows), pictures: [] };
    const pictures = best.pictures.map(({ url, loc }) => ({
      url,
      loc: loc.toSpliced(position.loc.length, 1),
    }));
    const found = { ...best, pictures };
    return withRows(found, numberRows(position.schema, found.value, position.loc, 'beside'));
  }

  #plain(value: unknown, position: Position): Checked {
    const { schema, loc } = position;
    const values = 'const' in schema ? [schema['const']] : schema['enum'];
    if (Array.isArray(values)) {
      if (values.includes(value)) return { value, rows: [], pictures: [] };
      return wrong(row(loc, 'one_of', `Input should be ${oneOf(values)}`, value, { expected: values }));
    }
    switch (schema['type'] ?? ('properties' in schema ? 'object' : undefined)) {
      case 'string': {
        const rows = checkText(schema, value, loc);
        if (rows.length > 0 || typeof value !== 'string') return { value: undefined, rows, pictures: [] };
        return { value, rows, pictures: position.picture ? [{ loc, url: value }] : [] };
      }
      case 'boolean':
        return checkBoolean(value, loc);
      case 'integer':
      case 'number':
        return { ...checkNumber(schema, value, loc), pictures: [] };
      case 'array':
        return this.#list(value, position);
      case 'object':
        return this.#object(value, position);
      default:
        return { value, rows: [], pictures: [] };
    }
  }

  #list(value: unknown, { schema, loc, picture }: Position): Checked {
    if (!Array.isArray(value)) return wrong(row(loc, 'list_type', 'Input should be a valid list', value));
    const { minItems, maxItems, uniqueItems } = schema;
    const count = `${value.length}`;
    if (typeof minItems === 'number' && value.length < minItems) {
      const msg = `List should have at least ${minItems} item${minItems === 1 ? '' : 's'}, not ${count}`;
      return wrong(row(loc, 'sequence_too_short', msg, value, { min_length: minItems }));
    }
    if (typeof maxItems === 'number' && value.length > maxItems) {
      const msg = `List should have at most ${maxItems} item${maxItems === 1 ? '' : 's'}, not ${count}`;
      return wrong(row(loc, 'sequence_too_long', msg, value, { max_length: maxItems }));
    }
    if (uniqueItems === true && new Set(value.map((item) => JSON.stringify(item))).size < value.length) {
      return wrong(row(loc, 'unique_items', 'List should have unique items', value));
    }
    const items = itemsOf(this.openapi, schema);
    const found = value.map((item: unknown, index) =>
      this.value(item, { schema: items, loc: [...loc, index], picture }),
    );
    return { ...together(found), value: found.map((one) => one.value) };
  }

  #object(value: unknown, { schema, loc }: Position): Checked {
    const given = asSchema(value);
    if (given === undefined) {
      const msg = 'Input should be a valid dictionary or object to extract fields from';
      return wrong(row(loc, 'model_attributes_type', msg, value));
    }
    const known = fieldsOf(this.openapi, schema);
    if (known.length === 0) return this.#map(given, schema, loc);
    const found: [name: string, checked: Checked][] = known.flatMap(([name, field, required]) => {
      const at = [...loc, name];
      if (Object.hasOwn(given, name)) {
        const picture = takesPictures(name, field);
        return [[name, this.value(given[name], { schema: field, loc: at, picture })]];
      }
      if (required) return [[name, wrong(row(at, 'missing', 'Field required', value))]];
      return 'default' in field ? [[name, { value: field['default'], rows: [], pictures: [] }]] : [];
    });
    const values = Object.fromEntries(found.map(([name, one]) => [name, one.value]));
    return { ...together(found.map(([, one]) => one)), value: values };
  }

  /** An object without known fields. */
  #map(given: Schema, { additionalProperties }: Schema, loc: Row['loc']): Checked {
    const of = asSchema(additionalProperties);
    if (of === undefined) return { value: given, rows: [], pictures: [] };
    const schema = resolved(this.openapi, of);
    const found = Object.entries(given).map(([name, value]): [string, Checked] => [
      name,
      this.value(value, { schema, loc: [...loc, name], picture: false }),
    ]);
    const values = Object.fromEntries(found.map(([name, one]) => [name, one.value]));
    return { ...together(found.map(([, one]) => one)), value: values };
  }
}

function checkBoolean(value: unknown, loc: Row['loc']): Checked {
  for (const meant of [true, false]) {
    if ([meant, String(meant), Number(meant)].includes(value as string)) {
      return { value: meant, rows: [], pictures: [] };
    }
  }
  const msg = 'Input should be a valid boolean, unable to interpret input';
  return wrong(row(loc, 'bool_parsing', msg, value));
}

function wrong(one: Row): Checked {
  return { value: undefined, rows: [one], pictures: [] };
}

function withRows(found: Checked, rows: readonly Row[]): Checked {
  return { ...found, rows: [...found.rows, ...rows] };
}

function together(found: readonly Checked[]): Pick<Checked, 'rows' | 'pictures'> {
  return { rows: found.flatMap(({ rows }) => rows), pictures: found.flatMap(({ pictures }) => pictures) };
}

/** Name of an alternative in the path of a row, as pydantic forms it. */
function labelOf(schema: Schema): string {
  const { type, title, items } = schema;
  if ('enum' in schema || 'const' in schema) return 'literal';
  if (type === 'array') return `list[${labelOf(asSchema(items) ?? {})}]`;
  if ('properties' in schema) return typeof title === 'string' ? title : 'model';
  return (
    { string: 'str', integer: 'int', number: 'float', boolean: 'bool', object: 'dict' }[String(type)] ?? 'any'
  );
}
