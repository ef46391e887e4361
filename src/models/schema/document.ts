/* Finds what an endpoint takes and returns in fal's OpenAPI document, and refuses documents that cannot be used. */
import { inputError, type FalEditError } from '../../errors/error.js';
import { AbsurdSchemaError, readTree } from './walk.js';
import type { Field, Tree } from './tree.js';

/** An endpoint, as its document describes it. */
export interface EndpointSchema {
  endpoint: string;
  /** Fields of the input, in the order of the document. */
  input: ReadonlyMap<string, Field>;
  /** Fields of the answer; empty if the document does not describe them. */
  output: ReadonlyMap<string, Field>;
  /** fal's category, such as `image-to-image`; undefined if there is none. Not trusted. */
  category: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an OpenAPI document.
 *
 * @throws FalEditError (input): it is not about this endpoint, not a usual app, or absurd
 */
export function readDocument(endpoint: string, openapi: unknown): EndpointSchema {
  const document = asJson(openapi);
  const failure = asJson(document?.['error']);
  if (document === undefined || failure !== undefined) {
    throw unusable(endpoint, 'fal publishes no schema for it');
  }
  if (isWebSocket(document, endpoint)) {
    throw unusable(endpoint, 'it is a WebSocket app, which has no queue');
  }
  const paths = asJson(document['paths']);
  const body = at(own(paths, `/${endpoint}`), ['post', 'requestBody', ...CONTENT]);
  if (body === undefined) throw unusable(endpoint, 'the document does not describe it');
  const answer = at(own(paths, `/${endpoint}/requests/{request_id}`), [
    'get',
    'responses',
    '200',
    ...CONTENT,
  ]);
  const input = tree(endpoint, body, document);
  const output = answer === undefined ? undefined : tree(endpoint, answer, document);
  if (input.kind !== 'object') throw unusable(endpoint, 'its schema lists no fields');
  const metadata = asJson(asJson(document['info'])?.['x-fal-metadata']);
  return {
    endpoint,
    input: input.fields,
    output: output?.kind === 'object' ? output.fields : new Map(),
    category: typeof metadata?.['category'] === 'string' ? metadata['category'] : undefined,
  };
}

/** Error for an endpoint that fal-edit cannot use. @param why in words that follow "cannot be used:" */
export function unusable(endpoint: string, why: string): FalEditError {
  return inputError(`${endpoint} cannot be used: ${why}. Nothing was sent.`, {
    hint: 'fal-edit models search <word> finds endpoints that edit pictures.',
    details: { endpoint, why },
  });
}

/** The endpoints that a document describes: the paths that take a POST. */
export function endpointsIn(openapi: unknown): string[] {
  const paths = asJson(asJson(openapi)?.['paths']) ?? {};
  return Object.keys(paths).flatMap((path) =>
    path.startsWith('/') && at(own(paths, path), ['post', 'requestBody']) !== undefined
      ? [path.slice(1)]
      : [],
  );
}

const CONTENT = ['content', 'application/json', 'schema'];

function tree(endpoint: string, schema: unknown, document: Json): Tree {
  try {
    return readTree(schema, document);
  } catch (error) {
    if (error instanceof AbsurdSchemaError) throw unusable(endpoint, `its schema ${error.message}`);
    throw error;
  }
}

/** Realtime apps are described like others, with a mark or by the last part of their id. */
function isWebSocket(document: Json, endpoint: string): boolean {
  if (endpoint.endsWith('/realtime')) return true;
  const paths = asJson(document['paths']);
  const marks = [
    document,
    asJson(document['info']),
    own(paths, `/${endpoint}`),
    at(own(paths, `/${endpoint}`), ['post']),
  ];
  return marks.some((node) => asJson(node)?.['x-fal-protocol'] !== undefined);
}

function own(node: Json | undefined, key: string): unknown {
  return node !== undefined && Object.hasOwn(node, key) ? node[key] : undefined;
}

function at(node: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => own(asJson(inner), key), node);
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
