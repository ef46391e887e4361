/* Every document of fal's that is at hand can be served, and its answer has the form that it describes. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readSchemaFolder } from '../../../src/commands/sandbox/schema-folder.js';
import { checkInput } from '../../../src/sandbox/documents/check-input.js';
import { takesPictures } from '../../../src/sandbox/documents/picture-fields.js';
import {
  allowsNull,
  asSchema,
  fieldsOf,
  inputSchema,
  itemsOf,
  optionsOf,
  outputSchema,
  resolved,
  type Schema,
} from '../../../src/sandbox/documents/schema.js';
import { SCHEMA_FOLDER } from '../../support/schemas.js';
import { DOT, quickSandbox, run } from '../fal.js';

const SHARED = path.resolve(import.meta.dirname, '../../../../shared/fal-schemas');

describe.each(['openapi', 'platform'].map((name) => path.join(SHARED, name)).concat(SCHEMA_FOLDER))(
  '%s',
  (folder) => {
    test.skipIf(!existsSync(folder))('every document is served', { timeout: 120_000 }, async () => {
      const documents = (await readSchemaFolder(folder, '--schemas')).filter(
        ({ openapi }) => !('error' in asSchema(openapi)!),
      );
      const sandbox = await quickSandbox({ documents, renderPictures: false, inferenceMs: 0, runners: 8 });
      onTestFinished(() => sandbox.close());
      const failures: unknown[] = [];
      for (const { endpoint, openapi } of documents) {
        const input = leastInput(openapi, inputSchema(openapi, endpoint)!);
        const { status, body } = await run(sandbox, endpoint, input);
        if (status !== 200) {
          failures.push([endpoint, status, input, body]);
          continue;
        }
        const { rows } = checkInput(openapi, outputSchema(openapi, endpoint) ?? {}, body);
        const files = JSON.stringify(body).match(/"url":"(http|data:)|"content":"/g) ?? [];
        const wordsOnly = endpoint === 'acme/caption';
        if (rows.length > 0 || (files.length === 0 && !wordsOnly)) failures.push([endpoint, rows, body]);
      }
      expect(failures).toEqual([]);
    });
  },
);

/** The least input that a schema allows, with the same picture for each picture field. */
function leastInput(openapi: unknown, schema: Schema): unknown {
  return least(openapi, 'body', resolved(openapi, schema));
}

function least(openapi: unknown, name: string, field: Schema): unknown {
  const [option] = optionsOf(openapi, field);
  if (option === undefined && allowsNull(openapi, field)) return null;
  const schema = { ...field, ...option };
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown;
  switch (schema['type'] ?? 'object') {
    case 'string':
      return takesPictures(name, field) ? DOT : 'x'.repeat(Number(schema['minLength'] ?? 1));
    case 'boolean':
      return false;
    case 'integer':
      return Number(schema['minimum'] ?? Number(schema['exclusiveMinimum'] ?? 0) + 1);
    case 'number':
      return Number(schema['minimum'] ?? Number(schema['exclusiveMinimum'] ?? 0) + 0.01);
    case 'array': {
      const items = itemsOf(openapi, schema);
      const count = Number(schema['minItems'] ?? 1);
      return Array.from({ length: count }, () => least(openapi, name, items));
    }
    default:
      return Object.fromEntries(
        fieldsOf(openapi, schema).flatMap(([inner, of, required]) =>
          required ? [[inner, least(openapi, inner, of)]] : [],
        ),
      );
  }
}
