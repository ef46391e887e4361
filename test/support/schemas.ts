import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the small documents that tests use: one for each form of a schema. All ids belong to the owner acme. */
export const SCHEMA_FOLDER = fileURLToPath(new URL('../fixtures/schemas', import.meta.url));

/** File of an endpoint's document in `SCHEMA_FOLDER`. */
export function schemaFile(endpoint: string): string {
  return path.join(SCHEMA_FOLDER, `${endpoint.replaceAll('/', '__')}.json`);
}

/** The OpenAPI document of an endpoint in `SCHEMA_FOLDER`. */
export function schemaOf(endpoint: string): Record<string, unknown> {
  const content = JSON.parse(readFileSync(schemaFile(endpoint), 'utf8')) as Record<string, unknown>;
  return 'endpoint_id' in content ? (content['openapi'] as Record<string, unknown>) : content;
}

/** Every document in `SCHEMA_FOLDER`, in the form that `startSandbox` takes. */
export function schemaDocuments(): { endpoint: string; openapi: Record<string, unknown> }[] {
  return readdirSync(SCHEMA_FOLDER)
    .filter((name) => name !== 'prices.json')
    .map((name) => name.replace(/\.json$/, '').replaceAll('__', '/'))
    .map((endpoint) => ({ endpoint, openapi: schemaOf(endpoint) }));
}
