import { expect, test } from 'vitest';
import { inputJsonSchema } from '../../src/models/json-schema.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxGeneral } from '../../src/models/flux-general.js';
import { MODELS } from '../../src/models/registry.js';

test('files are marked, at any depth', () => {
  const { properties } = inputJsonSchema(fluxGeneral);
  expect(properties).toMatchObject({
    image_url: { 'x-fal-edit-file': 'picture' },
    reference_image_url: { 'x-fal-edit-file': 'picture' },
    loras: { items: { properties: { path: { 'x-fal-edit-file': 'weights' } } } },
    easycontrols: { items: { properties: { control_method_url: { 'x-fal-edit-file': 'method' } } } },
  });
  expect(properties).not.toHaveProperty(['prompt', 'x-fal-edit-file']);
  expect(inputJsonSchema(flux2Lora)['properties']).toMatchObject({
    image_urls: { items: { 'x-fal-edit-file': 'picture' }, maxItems: 4 },
  });
});

test.each(MODELS.map((model) => [model.name, model] as const))('%s', (name, model) => {
  const schema = inputJsonSchema(model);
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: name,
    type: 'object',
    additionalProperties: false,
    properties: { seed: { type: 'integer' } },
  });
  expect(JSON.stringify(schema)).not.toContain(String(Number.MAX_SAFE_INTEGER));
  expect(Object.keys(schema['properties'] as object)).toEqual(Object.keys(model.input.shape));
});
