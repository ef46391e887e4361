/*
 * INVARIANT: the key goes only where the connection leads. If a proxy does not answer the question, fal's public page is
 * asked without the key; a sandbox's documents come from that sandbox alone.
 */
import { withTimeLimit } from '../../deadline.js';
import { asFalEditError, FalEditError, inputError } from '../../errors/error.js';
import { falStatusOf } from '../../errors/failures.js';
import type { FalAccess } from '../connection.js';
import { isGone, notReachedError } from '../unreachable.js';
import { catalogueEntries, publicOpenApi } from './catalogue.js';
import { documentOf, type SchemaDocument } from './schema-document.js';

export interface SchemaAccess extends FalAccess {
  /** The connection leads to a sandbox. */
  sandbox: boolean;
}

/** The document of an endpoint, as fal published it just now. */
export interface PublishedDocument extends SchemaDocument {
  endpoint: string;
}

/** Longest wait for a document, in milliseconds, with all repetitions. */
const PATIENCE_MS = 30_000;

/**
 * Asks fal for the OpenAPI document of an endpoint: the platform API, and where that has none, the public page.
 *
 * @param ids readings of the id that the user gave, e.g. with and without `fal-ai/`; the first that fal has is taken.
 * Each must be the id of an endpoint by its form.
 * @throws FalEditError (input): fal has no such endpoint, or no document of it; (temporary, auth, failed): fal cannot be
 * asked; the signal's reason
 */
export function fetchDocument(ids: readonly string[], access: SchemaAccess): Promise<PublishedDocument> {
  return withTimeLimit(PATIENCE_MS, access.signal, (signal) => fetchFirst(ids, { ...access, signal })).catch(
    (error: unknown) => {
      access.signal.throwIfAborted();
      throw error instanceof FalEditError ? error : notReachedError(error);
    },
  );
}

async function fetchFirst(ids: readonly string[], access: SchemaAccess): Promise<PublishedDocument> {
  const { signal, sandbox, trace } = access;
  const listed = await attempt(() => catalogueEntries(ids, access), signal);
  const entries = 'value' in listed ? listed.value : undefined;
  for (const endpoint of ids) {
    const document = documentOf(entries?.get(endpoint)?.openapi);
    if (document !== undefined) return { ...document, endpoint };
  }
  const known = ids.filter((endpoint) => entries?.has(endpoint));
  if (sandbox) {
    if ('error' in listed) throw listed.error;
    throw known.length > 0 ? noDocument(known) : noEndpoint(ids, 'The sandbox');
  }
  let trouble: FalEditError | undefined;
  for (const endpoint of known.length > 0 ? known : ids) {
    const page = await attempt(() => publicOpenApi(endpoint, access), signal);
    const document = 'value' in page ? documentOf(page.value) : undefined;
    if (document !== undefined) return { ...document, endpoint };
    if ('value' in page) continue;
    trace?.(page.error.message);
    if (!isGone({ status: falStatusOf(page.error) ?? 0 })) trouble ??= page.error;
  }
  if (known.length > 0) throw trouble ?? noDocument(known);
  // The page alone also knows the endpoints that fal does not list.
  throw trouble ?? noEndpoint(ids, 'fal');
}

function noEndpoint(ids: readonly string[], who: string): FalEditError {
  return inputError(`${who} has no endpoint ${ids.join(' or ')}.`);
}

function noDocument(ids: readonly string[]): FalEditError {
  return inputError(`fal publishes no schema of ${ids.join(' or ')} that can be read.`);
}

async function attempt<T>(
  ask: () => Promise<T>,
  signal: AbortSignal,
): Promise<{ value: T } | { error: FalEditError }> {
  try {
    return { value: await ask() };
  } catch (error) {
    signal.throwIfAborted();
    return { error: asFalEditError(error, 'no') };
  }
}
