import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Model } from '../../../src/models/model.js';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import { endpointsIn } from '../../../src/models/schema/document.js';

/** A document of an endpoint, as a file holds it. */
export interface Document {
  endpoint: string;
  openapi: unknown;
}

/** Our own documents, one for each form. */
export const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/schemas');

/** fal's documents, where they are at hand. */
export const FALS = ['openapi', 'platform'].map((folder) =>
  path.resolve(import.meta.dirname, '../../../../shared/fal-schemas', folder),
);

/** The documents of a folder: bare ones, and items of fal's platform. */
export function documentsIn(folder: string): Document[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'prices.json')
    .map((file) => {
      const json = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Record<string, unknown>;
      const id = json['endpoint_id'];
      const openapi = typeof id === 'string' ? json['openapi'] : json;
      return { endpoint: typeof id === 'string' ? id : (endpointsIn(openapi)[0] ?? file), openapi };
    });
}

/** Endpoint of the documents that `documentOf` makes. */
export const ENDPOINT = 'acme/made/edit';

/**
 * A document of an endpoint with these fields, which returns pictures.
 *
 * @param schemas further types, for references
 */
export function documentOf(
  properties: Record<string, unknown>,
  required: readonly string[] = [],
  schemas: Record<string, unknown> = {},
): unknown {
  const picture = { type: 'object', properties: { url: { type: 'string' } } };
  const json = (name: string): unknown => ({
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
  });
  return {
    openapi: '3.0.4',
    info: { title: 'made' },
    paths: {
      [`/${ENDPOINT}`]: { post: { requestBody: json('Input') } },
      [`/${ENDPOINT}/requests/{request_id}`]: { get: { responses: { '200': json('Output') } } },
    },
    components: {
      schemas: {
        ...schemas,
        Input: { type: 'object', properties, required },
        Output: { type: 'object', properties: { images: { type: 'array', items: picture } } },
      },
    },
  };
}

/** The model of such an endpoint. */
export function modelOf(...document: Parameters<typeof documentOf>): Model {
  return schemaModel(ENDPOINT, documentOf(...document), { hash: 'h', readAt: 0, origin: 'file' });
}
