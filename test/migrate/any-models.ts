import { existsSync } from 'node:fs';
import type { Model } from '../../src/models/model.js';
import { schemaModel } from '../../src/models/schema/adapter.js';
import { documentsIn, FALS, FIXTURES } from '../models/schema/documents.js';

/** The models made from the documents of a folder; those that are no models are left out. */
function modelsIn(folder: string): Model[] {
  return documentsIn(folder).flatMap(({ endpoint, openapi }) => {
    try {
      return [schemaModel(endpoint, openapi, { hash: 'x', readAt: 0, origin: 'file' })];
    } catch {
      return [];
    }
  });
}

/** Models of our own documents. */
export const OUR_MODELS = modelsIn(FIXTURES);

/** A model of our own documents. */
export function ours(name: string): Model {
  const found = OUR_MODELS.find((model) => model.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Models of fal's documents, where they are at hand; else none. */
export const FALS_MODELS = [
  ...new Map(
    FALS.filter((folder) => existsSync(folder))
      .flatMap(modelsIn)
      .map((model) => [model.endpoint, model]),
  ).values(),
];
