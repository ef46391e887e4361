import * as z from 'zod';
import { JSON_DOCUMENTS, type JsonDocument } from './json-documents.js';
import { cell, code, table } from './table.js';

/** As much of JSON schema as zod makes of the documents. */
interface Schema {
  type?: string | string[];
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  /** A document of its own, which is not repeated. */
  see?: string;
}

/** docs/json.md's sections, one a document. */
export function jsonSections(): string {
  const documents: JsonDocument[] = Object.values(JSON_DOCUMENTS);
  return documents.map((document, index) => section(document, index === 0)).join('\n\n');
}

/** @param isFirst the fields of an error are told there alone */
function section({ title, about, schema }: JsonDocument, isFirst: boolean): string {
  const whole = z.toJSONSchema(schema, { reused: 'inline', unrepresentable: 'any' }) as Schema;
  const variants = (whole.oneOf ?? [whole]).map((one) =>
    table(
      ['field', 'type', 'meaning'],
      fields(one, '', isFirst).map(([name, type, meaning]) => [code(name), cell(type), cell(meaning)]),
    ),
  );
  return [`## ${title}`, about, ...variants].join('\n\n');
}

type Row = [name: string, type: string, meaning: string];

/** Objects within objects become fields with a dot, those in lists get `[]`. */
function fields({ properties = {}, required = [] }: Schema, prefix: string, withError: boolean): Row[] {
  return Object.entries(properties).flatMap(([name, schema]): Row[] => {
    const path = `${prefix}${name}`;
    const isOptional = !required.includes(name);
    const own: Row = [`${path}${isOptional ? '?' : ''}`, typeOf(schema), schema.description ?? ''];
    const inner = name === 'error' && !withError ? undefined : innerOf(schema);
    return inner === undefined ? [own] : [own, ...fields(inner.schema, `${path}${inner.sign}.`, withError)];
  });
}

function innerOf(schema: Schema): { schema: Schema; sign: string } | undefined {
  if (schema.see !== undefined) return undefined;
  const one = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  if (one.see !== undefined) return undefined;
  if (one.properties !== undefined) return { schema: one, sign: '' };
  const { items, additionalProperties: more } = one;
  if (items?.properties !== undefined && items.see === undefined) return { schema: items, sign: '[]' };
  if (typeof more === 'object' && more.properties !== undefined) return { schema: more, sign: '.<name>' };
  return undefined;
}

function typeOf(schema: Schema): string {
  if (schema.see !== undefined) return schema.see;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return schema.enum.length > 4 ? 'string' : schema.enum.map(String).join(', ');
  const any = schema.anyOf ?? schema.oneOf;
  if (any !== undefined) return any.map(typeOf).join(' or ');
  if (schema.type === 'array') {
    const item = schema.items === undefined ? '' : typeOf(schema.items);
    return item === '' ? 'list' : `list of ${item}`;
  }
  return schema.type === undefined ? 'anything' : [schema.type].flat().join(' or ');
}
