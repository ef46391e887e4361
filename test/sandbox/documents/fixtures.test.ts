import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SCHEMA_FOLDER, schemaDocuments } from '../../support/schemas.js';

const EXAMPLES = path.resolve(SCHEMA_FOLDER, '../../../examples/schemas');

it.each(schemaDocuments())('names only schemas that it has: $endpoint', ({ endpoint, openapi }) => {
  if ('error' in openapi) return;
  const schemas = (openapi['components'] as { schemas: object }).schemas;
  const refs = JSON.stringify(openapi).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  expect([...refs].map(([, name]) => name).filter((name = '') => !(name in schemas))).toEqual([]);
  expect(Object.keys(openapi['paths'] as object)).toEqual([
    `/${endpoint}`,
    `/${endpoint}/requests/{request_id}`,
  ]);
});

it.each(['acme__paint__edit.json', 'acme__fill.json', 'acme__upscale.json'])(
  'is an example for users too: %s',
  (name) => {
    const [example, fixture] = [EXAMPLES, SCHEMA_FOLDER].map((folder) =>
      readFileSync(path.join(folder, name), 'utf8'),
    );
    expect(example).toBe(fixture);
  },
);
