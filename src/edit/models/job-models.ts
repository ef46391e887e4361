import type { Context } from '../../context.js';
import type { Connection } from '../../fal/connection.js';
import { cachedHash, documentByHash } from '../../fal/platform/schema-cache.js';
import { schemaModel } from '../../models/schema/adapter.js';
import {
  addFormerModel,
  isSchemaLoaded,
  knownModel,
  listedModel,
  type RequestedWith,
} from '../../models/registry.js';

/**
 * Loads the schemas that edits were requested with, so that their results are read by them. Only from the cache: what is
 * no longer there, or can no longer be used, is left out, since results are read without a schema as well.
 */
export async function loadJobModels(
  jobs: Iterable<RequestedWith>,
  context: Pick<Context, 'folders'>,
): Promise<void> {
  for (const { endpoint, schemaHash: hash } of jobs) {
    if (hash === undefined || isSchemaLoaded(endpoint, hash) || listedModel(endpoint) !== undefined) continue;
    const openapi = await documentByHash(hash, context);
    if (openapi === undefined) continue;
    try {
      // When it was read is no longer known.
      addFormerModel(schemaModel(endpoint, openapi, { hash, readAt: 0, origin: 'cache' }));
    } catch {
      // A document that another release could use.
    }
  }
}

/** Words for an edit that was requested with another schema than the newest one; undefined if there is none. */
export async function changedSchemaText(
  job: RequestedWith,
  from: Pick<Connection, 'proxyUrl'>,
  context: Pick<Context, 'folders'>,
): Promise<string | undefined> {
  const { endpoint, schemaHash } = job;
  if (schemaHash === undefined || !(await isSchemaOutdated(job, from, context))) return undefined;
  const changed = `The schema of ${endpoint} has changed since this edit was requested`;
  return isSchemaLoaded(endpoint, schemaHash)
    ? `${changed}; its own one is used.`
    : `${changed}, and its own one is no longer cached.`;
}

/** Whether an edit was requested with another schema than the newest one that is known here. */
async function isSchemaOutdated(
  { endpoint, schemaHash }: RequestedWith,
  from: Pick<Connection, 'proxyUrl'>,
  context: Pick<Context, 'folders'>,
): Promise<boolean> {
  if (schemaHash === undefined) return false;
  const newest = knownModel(endpoint)?.schema?.hash ?? (await cachedHash(endpoint, from, context));
  return newest !== undefined && newest !== schemaHash;
}
