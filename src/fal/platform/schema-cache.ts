import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Context } from '../../context.js';
import { sha256Of } from '../../sha256.js';
import { asRecord } from '../answer.js';
import type { Connection } from '../connection.js';
import type { PublishedDocument } from './schemas.js';

/** A document that was fetched before. */
export interface CachedDocument {
  openapi: Record<string, unknown>;
  hash: string;
  /** When it was fetched, milliseconds since the epoch. */
  readAt: number;
}

type Folders = Pick<Context, 'folders'>;
type From = Pick<Connection, 'proxyUrl'>;

const HASH = /^[0-9a-f]{64}$/;

const indexSchema = z.object({
  endpoint: z.string(),
  hash: z.string().regex(HASH),
  readAt: z.number(),
});

/**
 * The document of an endpoint that was last fetched over a connection; undefined if there is none. A broken file counts
 * as none.
 */
export async function cachedDocument(
  endpoint: string,
  from: From,
  context: Folders,
): Promise<CachedDocument | undefined> {
  const index = await readIndex(endpoint, from, context);
  const openapi = index === undefined ? undefined : await documentByHash(index.hash, context);
  return index === undefined || openapi === undefined
    ? undefined
    : { openapi, hash: index.hash, readAt: index.readAt };
}

/** Hash of the document of an endpoint that was last fetched over a connection; undefined if there is none. */
export async function cachedHash(
  endpoint: string,
  from: From,
  context: Folders,
): Promise<string | undefined> {
  return (await readIndex(endpoint, from, context))?.hash;
}

async function readIndex(
  endpoint: string,
  from: From,
  context: Folders,
): Promise<z.infer<typeof indexSchema> | undefined> {
  const file = indexFile(endpoint, from, context);
  const parsed = file === undefined ? undefined : indexSchema.safeParse(await readJson(file));
  return parsed?.data?.endpoint === endpoint ? parsed.data : undefined;
}

/** A document by its hash, also an old one; undefined if it is not there. */
export async function documentByHash(
  hash: string,
  context: Folders,
): Promise<Record<string, unknown> | undefined> {
  const file = HASH.test(hash) ? documentFile(hash, context) : undefined;
  return file === undefined ? undefined : asRecord(await readJson(file));
}

/**
 * Keeps a document for later runs. Documents stay when newer ones arrive, so that the results of old edits are read by
 * the schema that they were requested with.
 */
export async function keepDocument(
  { endpoint, hash, text }: PublishedDocument,
  { readAt, from }: { readAt: number; from: From },
  context: Pick<Context, 'folders' | 'secrets'>,
): Promise<void> {
  const index = indexFile(endpoint, from, context);
  if (index === undefined) return;
  try {
    await keepText({ hash, text }, context);
    await writeWhole(index, JSON.stringify({ endpoint, hash, readAt }));
  } catch {
    // If the cache cannot be written, the next run asks again.
  }
}

/** Keeps a document that was not fetched but read from a file, for the jobs that are requested with it. */
export async function keepText(
  { hash, text }: { hash: string; text: string },
  context: Pick<Context, 'folders' | 'secrets'>,
): Promise<void> {
  const file = documentFile(hash, context);
  if (file === undefined || (await documentByHash(hash, context)) !== undefined) return;
  // A hostile proxy may have put the key into it.
  await writeWhole(file, context.secrets.redact(text));
}

/** One file for each endpoint and connection: a proxy's documents are not fal's, and neither are a sandbox's. */
function indexFile(endpoint: string, { proxyUrl }: From, { folders }: Folders): string | undefined {
  const name = sha256Of(`${proxyUrl ?? 'fal'} ${endpoint}`).slice(0, 16);
  return folders.cache === undefined ? undefined : path.join(folders.cache, 'schemas', `${name}.json`);
}

function documentFile(hash: string, { folders }: Folders): string | undefined {
  return folders.cache === undefined
    ? undefined
    : path.join(folders.cache, 'schemas', 'documents', `${hash}.json`);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}
