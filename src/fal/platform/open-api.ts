import { asRecord } from '../answer.js';

/** A JSON schema from fal, and the document that its references point into. */
export interface PublishedSchema {
  schema: Record<string, unknown>;
  document: Record<string, unknown>;
}

/** The schema of an endpoint's input in its OpenAPI document: the body of its POST; undefined if there is none. */
export function inputSchemaOf(openapi: unknown, endpoint: string): PublishedSchema | undefined {
  const document = asRecord(openapi);
  const paths = asRecord(document?.['paths']);
  if (document === undefined || paths === undefined) return undefined;
  const own = Object.hasOwn(paths, `/${endpoint}`) ? [paths[`/${endpoint}`]] : [];
  for (const path of [...own, ...Object.values(paths)]) {
    const schema = bodyOf(path);
    if (schema !== undefined) return { schema, document };
  }
  return undefined;
}

function bodyOf(path: unknown): Record<string, unknown> | undefined {
  const keys = ['post', 'requestBody', 'content', 'application/json', 'schema'];
  return asRecord(keys.reduce<unknown>((node, key) => asRecord(node)?.[key], path));
}
