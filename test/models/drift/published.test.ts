/* The listed models against fal's own documents, where they are beside the project. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { inputSchemaOf } from '../../../src/fal/platform/open-api.js';
import { driftOf } from '../../../src/models/drift/drift.js';
import { MODELS } from '../../../src/models/registry.js';

const FOLDER = path.resolve(import.meta.dirname, '../../../../shared/fal-schemas/openapi');

test.skipIf(!existsSync(FOLDER)).each(MODELS.map((model) => [model.name, model] as const))(
  '%s takes nothing that fal would refuse or ignore',
  (_, model) => {
    const file = path.join(FOLDER, `${model.endpoint.replaceAll('/', '__')}.json`);
    const document = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    const { schema } = inputSchemaOf(document, model.endpoint)!;
    const found = driftOf(model, schema, document);
    expect(found.filter(({ gravity }) => gravity !== 'info')).toEqual([]);
    expect(found.map(({ field, what, fals }) => `${field}: ${what} ${fals}`)).toMatchSnapshot();
  },
);
