import { PRESETS, type Field, type Fields } from '../queue/endpoints.js';

type Json = Record<string, unknown>;

/** Named schemas, as fal's generator writes them: objects are among the components. */
type Schemas = Record<string, Json>;

/** OpenAPI document of an endpoint's queue, made from its table of fields (fal-api.md 5.1, 5.7). */
export function openApi(id: string, fields: Fields): Json {
  const schemas: Schemas = {};
  const input = objectRef(schemas, 'Input', fields);
  const answer = { description: 'The request status.', content: { 'application/json': { schema: {} } } };
  return {
    openapi: '3.0.4',
    info: { title: `Queue OpenAPI for ${id}`, version: '1.0.0' },
    servers: [{ url: 'https://queue.fal.run' }],
    components: { schemas },
    paths: {
      [`/${id}/requests/{request_id}/status`]: { get: { responses: { '200': answer } } },
      [`/${id}`]: {
        post: {
          requestBody: { required: true, content: { 'application/json': { schema: input } } },
          responses: { '200': answer },
        },
      },
    },
  };
}

function objectRef(schemas: Schemas, name: string, fields: Fields): Json {
  schemas[name] = {
    title: name,
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(fields).map(([field, of]) => [field, fieldSchema(schemas, field, of)]),
    ),
    required: Object.entries(fields).flatMap(([field, { required }]) => (required === true ? [field] : [])),
  };
  return { $ref: `#/components/schemas/${name}` };
}

function fieldSchema(schemas: Schemas, name: string, field: Field): Json {
  const bare = bareSchema(schemas, name, field);
  const described = { title: name, description: `The ${name}.` };
  const fallback = field.default === undefined ? {} : { default: field.default };
  // As pydantic writes them: a reference has no siblings, null is one of several types.
  if (field.nullable === true) return { ...described, anyOf: [bare, { type: 'null' }], ...fallback };
  return '$ref' in bare
    ? { ...described, allOf: [bare], ...fallback }
    : { ...described, ...bare, ...fallback };
}

function bareSchema(schemas: Schemas, name: string, field: Field): Json {
  switch (field.kind) {
    case 'string':
      return { type: 'string', ...(field.minLength === undefined ? {} : { minLength: field.minLength }) };
    case 'picture':
      return { type: 'string' };
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
    case 'number':
      return {
        type: field.kind,
        ...(field.min === undefined ? {} : { minimum: field.min }),
        ...(field.above === undefined ? {} : { exclusiveMinimum: field.above }),
        ...(field.max === undefined ? {} : { maximum: field.max }),
      };
    case 'choice':
      return { enum: field.values, type: 'string' };
    case 'pictures': {
      const atLeast = field.atLeast === undefined ? {} : { minItems: field.atLeast };
      const several = { type: 'array', items: { type: 'string' }, ...atLeast };
      return field.orOne === true ? { anyOf: [several, { type: 'string' }] } : several;
    }
    case 'scales':
      // fal writes the bounds beside the union, in pydantic's words.
      return { ge: field.min, le: field.max, anyOf: [{ type: 'object' }, { type: 'number' }] };
    case 'size': {
      const side: Field = { kind: 'integer', min: field.min, max: field.max, default: 512 };
      const sides = objectRef(schemas, 'ImageSize', { width: side, height: side });
      return { anyOf: [sides, { enum: Object.keys(PRESETS), type: 'string' }] };
    }
    case 'object':
      return objectRef(schemas, name, field.of);
    case 'list':
      return {
        type: 'array',
        items: objectRef(schemas, name, field.of),
        ...(field.max === undefined ? {} : { maxItems: field.max }),
      };
  }
}
