import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, inputFieldError, messageOf, type FalEditError } from '../../errors/error.js';
import { asRecord } from '../../fal/answer.js';
import { documentOf, MAX_DOCUMENT_LENGTH, type SchemaDocument } from '../../fal/platform/schema-document.js';
import { isEndpointId } from '../../models/endpoint-id.js';
import { endpointsIn } from '../../models/schema/document.js';
import { decodeText } from '../../text.js';

/** A document from disk, named with `--schema`. */
export interface GivenDocument extends SchemaDocument {
  /** As the user named it. */
  file: string;
  /** The endpoints that it describes; at least one. */
  endpoints: readonly string[];
}

/**
 * Reads documents from disk: fal's OpenAPI document of an endpoint, or an answer of its platform API that holds
 * such documents.
 *
 * @param where name of the setting in messages
 * @throws FalEditError (input): no such file, or no document in it
 */
export async function readGivenDocuments(
  files: readonly string[],
  cwd: string,
  where: string,
): Promise<GivenDocument[]> {
  const found = await Promise.all(files.map((file) => readOne(file, cwd, where)));
  return found.flat();
}

async function readOne(file: string, cwd: string, where: string): Promise<GivenDocument[]> {
  const refused = (why: string): FalEditError => inputFieldError(where, `${file} ${why}.`);
  let bytes: Buffer;
  try {
    const target = path.resolve(cwd, file);
    const found = await stat(target);
    if (!found.isFile())
      throw refused(found.isDirectory() ? 'is a folder, not a file' : 'is no regular file');
    if (found.size > MAX_DOCUMENT_LENGTH) throw refused('is too large to be a schema');
    bytes = await readFile(target);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw refused(code === 'ENOENT' ? 'does not exist' : `cannot be read: ${messageOf(error)}`);
  }
  const decoded = decodeText(bytes);
  if ('problem' in decoded) throw refused(decoded.problem);
  let json: unknown;
  try {
    json = JSON.parse(decoded.text);
  } catch {
    throw refused('is not valid JSON');
  }
  const documents = documentsIn(json).flatMap((one) => {
    const document = documentOf(one);
    const endpoints = document === undefined ? [] : endpointsIn(document.openapi).filter(isEndpointId);
    return document === undefined || endpoints.length === 0 ? [] : [{ ...document, file, endpoints }];
  });
  if (documents.length > 0) return documents;
  throw inputFieldError(where, `${file} is not an OpenAPI document of an endpoint.`, {
    hint: 'Save one from https://fal.ai/api/openapi/queue/openapi.json?endpoint_id=<endpoint>.',
  });
}

/** A document by itself, an item of the platform's answer, or that answer. */
function documentsIn(json: unknown): unknown[] {
  const record = asRecord(json);
  const models = record?.['models'];
  if (Array.isArray(models)) return models.map((one: unknown) => asRecord(one)?.['openapi']);
  return [record?.['openapi'] instanceof Object ? record['openapi'] : json];
}
