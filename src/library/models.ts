import * as z from 'zod';
import type { Context } from '../context.js';
import type { EndpointDocument, LoaderOptions } from '../edit/models/loader.js';
import { isStandaloneSandbox, type Connection } from '../fal/connection.js';
import { listedModel } from '../models/registry.js';

/** How a call finds the schemas of endpoints that are not listed models. */
export interface SchemaOptions {
  /** OpenAPI documents of endpoints from disk, by their paths; used instead of fal's. */
  schema?: string | string[];
  /** Milliseconds after which fal's schema of an endpoint is fetched again; a day if absent. */
  schemaMaxAgeMs?: number;
}

const text = z.string({ error: 'must be a path' });

export const SCHEMA_OPTIONS = {
  schema: z.union([text, z.array(text)], { error: 'must be a path, or a list of paths' }),
  schemaMaxAgeMs: z.number({ error: 'must be a number' }).min(0, 'must not be negative'),
};

/**
 * Loads the model of a call, so that the registry knows it.
 *
 * @returns the documents that were loaded, for the built-in sandbox
 * @throws FalEditError (usage, input, temporary)
 */
export async function loadModelOf(
  { model, schema, schemaMaxAgeMs, sandbox }: SchemaOptions & { model?: string; sandbox?: boolean },
  connection: Connection,
  context: Context,
  purpose: LoaderOptions['purpose'],
): Promise<readonly EndpointDocument[]> {
  if (schema === undefined && listedModel(model) !== undefined) return [];
  const [{ ModelLoader, SCHEMA_MAX_AGE_MS }, { readGivenDocuments }] = await Promise.all([
    import('../edit/models/loader.js'),
    import('../edit/models/given-documents.js'),
  ]);
  const loader = new ModelLoader({
    access: { connection, context, signal: context.signal },
    source: sandbox === true ? 'none' : isStandaloneSandbox(connection) ? 'sandbox' : 'fal',
    purpose,
    given: await readGivenDocuments([schema ?? []].flat(), context.cwd, 'schema'),
    maxAgeMs: schemaMaxAgeMs ?? SCHEMA_MAX_AGE_MS,
    names: new Map(),
    // The age of a document says nothing about the edit.
    onNote: () => undefined,
  });
  await loader.load(model, 'model');
  loader.refuseUnused('schema');
  return loader.documents;
}
