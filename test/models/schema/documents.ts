import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
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
