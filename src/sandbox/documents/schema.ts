/*
 * Reads JSON schemas where they stand, without turning them into a form of our own. It shares no code with the adapter
 * that is made from the same document, so that a mistake on either side shows.
 */

export type Schema = Readonly<Record<string, unknown>>;

/** Longest chain of references, so that one that leads back to itself ends. */
const MOST_REFERENCES = 32;

const RESPONSE = ['responses', '200'];
const CONTENT = ['content', 'application/json', 'schema'];

/** The schema of the input of `endpoint`; undefined if the document has none. */
export function inputSchema(openapi: unknown, endpoint: string): Schema | undefined {
  return asSchema(valueAt(openapi, ['paths', `/${endpoint}`, 'post', 'requestBody', ...CONTENT]));
}

/** The schema of the result of `endpoint`; undefined if the document has none. */
export function outputSchema(openapi: unknown, endpoint: string): Schema | undefined {
  const path = ['paths', `/${endpoint}/requests/{request_id}`, 'get', ...RESPONSE, ...CONTENT];
  return asSchema(valueAt(openapi, path));
}

/** A schema with its references followed and `allOf` merged; what stands beside a reference wins. */
export function resolved(openapi: unknown, schema: Schema, left = MOST_REFERENCES): Schema {
  const { $ref: reference, allOf, ...rest } = schema;
  if (left === 0) return rest;
  const parts = [
    ...(typeof reference === 'string' ? [valueAt(openapi, reference.replace(/^#\//, '').split('/'))] : []),
    ...(Array.isArray(allOf) ? (allOf as unknown[]) : []),
  ].flatMap((part) => {
    const found = asSchema(part);
    return found === undefined ? [] : [resolved(openapi, found, left - 1)];
  });
  return [...parts, rest].reduce(merged, {});
}

function merged(one: Schema, other: Schema): Schema {
  const properties = { ...asSchema(one['properties']), ...asSchema(other['properties']) };
  const required = [...namesIn(one), ...namesIn(other)];
  return {
    ...one,
    ...other,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

function namesIn({ required }: Schema): string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}

/** The alternatives of a resolved schema, each resolved, without null; the schema itself if there is only one. */
export function optionsOf(openapi: unknown, schema: Schema): Schema[] {
  return alternatives(openapi, schema).filter(({ type }) => type !== 'null');
}

/** Whether a resolved schema allows null. */
export function allowsNull(openapi: unknown, schema: Schema): boolean {
  return schema['nullable'] === true || alternatives(openapi, schema).some(({ type }) => type === 'null');
}

function alternatives(openapi: unknown, schema: Schema, left = MOST_REFERENCES): Schema[] {
  const { anyOf, oneOf, type, ...rest } = schema;
  const listed: unknown = anyOf ?? oneOf;
  if (left > 0 && Array.isArray(listed)) {
    return listed.flatMap((option) => {
      const found = asSchema(option);
      return found === undefined ? [] : alternatives(openapi, resolved(openapi, found), left - 1);
    });
  }
  return Array.isArray(type) ? type.map((one: unknown) => ({ ...rest, type: one })) : [schema];
}

/** Fields of a resolved schema of an object, in its order; empty if it lists none. */
export function fieldsOf(
  openapi: unknown,
  schema: Schema,
): [name: string, field: Schema, required: boolean][] {
  const required = new Set(namesIn(schema));
  return Object.entries(asSchema(schema['properties']) ?? {}).map(([name, field]) => [
    name,
    resolved(openapi, asSchema(field) ?? {}),
    required.has(name),
  ]);
}

/** Schema of the items of a resolved schema of a list. */
export function itemsOf(openapi: unknown, schema: Schema): Schema {
  return resolved(openapi, asSchema(schema['items']) ?? {});
}

export function asSchema(value: unknown): Schema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : undefined;
}

function valueAt(node: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const found = asSchema(inner);
    return found !== undefined && Object.hasOwn(found, key) ? found[key] : undefined;
  }, node);
}
