/*
 * Judges of an input that share no code with ours: Ajv, and zod's own reader of JSON schema. Both read the document
 * after `plainSchema` has put fal's habits into plain JSON schema 2020.
 */
import { createRequire } from 'node:module';
import * as z from 'zod';

export type Json = Record<string, unknown>;

/** Whether an input is valid. */
export type Judge = (input: unknown) => boolean;

interface Compiler {
  compile(schema: Json): Judge;
}

// Loaded like this, the types need no Ajv.
const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as {
  Ajv2020: new (options: Json) => Compiler;
};

/** The input's schema as plain JSON schema, with every type that it refers to in `$defs`. */
export function plainSchema(endpoint: string, openapi: unknown): Json {
  const document = openapi as {
    paths: Record<string, { post: { requestBody: { content: Record<string, { schema: Json }> } } }>;
    components?: { schemas?: Record<string, unknown> };
  };
  const body = document.paths[`/${endpoint}`]?.post.requestBody.content['application/json']?.schema ?? {};
  const types = Object.entries(document.components?.schemas ?? {});
  return { ...plain(body), $defs: Object.fromEntries(types.map(([name, type]) => [name, plain(type)])) };
}

const KEPT = /^(type|const|enum|min(Length|Items)|max(Length|Items)|multipleOf|uniqueItems|required)$/;

/** A schema without texts, defaults and patterns, and with fal's own words for bounds and null in those of the standard. */
function plain(schema: unknown): Json {
  const node = schema as Json;
  const bounds = boundsOf(node);
  const options = (node['anyOf'] ?? node['oneOf']) as Json[] | undefined;
  const properties = node['properties'] as Json | undefined;
  const more = node['additionalProperties'];
  const result: Json = {
    ...Object.fromEntries(Object.entries(node).filter(([key]) => KEPT.test(key))),
    ...(typeof node['$ref'] === 'string'
      ? { $ref: node['$ref'].replace('#/components/schemas/', '#/$defs/') }
      : {}),
    ...(options === undefined
      ? bounds
      : {
          anyOf: options.map((option) =>
            isNumeric(option) ? plain({ ...bounds, ...option }) : plain(option),
          ),
        }),
    ...(Array.isArray(node['allOf']) ? { allOf: node['allOf'].map(plain) } : {}),
    ...(node['items'] === undefined ? {} : { items: plain(node['items']) }),
    ...(properties === undefined
      ? {}
      : {
          type: 'object',
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, type]) => [name, plain(type)]),
          ),
          additionalProperties: typeof more === 'object' || more === true,
        }),
    ...(properties === undefined && typeof more === 'object' ? { additionalProperties: plain(more) } : {}),
  };
  return node['nullable'] === true ? { anyOf: [result, { type: 'null' }] } : result;
}

function isNumeric({ type }: Json): boolean {
  return type === 'number' || type === 'integer';
}

/** Bounds in the names of the standard. OpenAPI 3.0 says by a switch beside a bound that it is exclusive. */
function boundsOf(node: Json): Json {
  const { ge, le, gt, lt, minimum = ge, maximum = le, exclusiveMinimum = gt, exclusiveMaximum = lt } = node;
  const bounds = {
    ...(exclusiveMinimum === true ? { exclusiveMinimum: minimum } : { minimum, exclusiveMinimum }),
    ...(exclusiveMaximum === true ? { exclusiveMaximum: maximum } : { maximum, exclusiveMaximum }),
  };
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => typeof bound === 'number'));
}

export function ajvJudge(schema: Json): Judge {
  // Without a precision, 0.0003 is no multiple of 0.0001.
  const options = { strict: false, validateSchema: false, logger: false, multipleOfPrecision: 9 };
  const check = new Ajv2020(options).compile(schema);
  return (input) => check(input);
}

/** zod's own reader knows only `$defs`, and registers what it makes unless it is given a registry. */
export function zodJudge(schema: Json): Judge {
  const made = z.fromJSONSchema(schema, { registry: z.registry() });
  return (input) => made.safeParse(input).success;
}
