import { describe, expect, it, test } from 'vitest';
import { isEndpointId } from '../../src/models/endpoint-id.js';
import {
  addModel,
  endpointsNamed,
  findModel,
  listedModel,
  MODELS,
  modelOfJob,
} from '../../src/models/registry.js';
import { SHORT_NAMES } from '../../src/models/short-names.js';

const made = (endpoint: string, hash = 'abc') => ({
  ...{ ...MODELS[0], input: MODELS[0].input, name: endpoint, endpoint },
  schema: { hash, readAt: 0, origin: 'fal' as const },
});

test.each(Object.entries(SHORT_NAMES))('the short name %s hides no listed model', (name, endpoint) => {
  expect(isEndpointId(endpoint)).toBe(true);
  expect(listedModel(name)).toBeUndefined();
  expect(listedModel(endpoint)).toBeUndefined();
});

describe('the endpoints of a name', () => {
  const own = new Map([
    ['mine', 'acme/fill'],
    ['kontext', 'acme/kontext'],
  ]);

  test.each<[string, string[]]>([
    ['fal-ai/birefnet', ['fal-ai/birefnet']],
    ['flux-pro/kontext', ['flux-pro/kontext', 'fal-ai/flux-pro/kontext']],
    ['openai/gpt-image-2/edit/', ['openai/gpt-image-2/edit', 'fal-ai/openai/gpt-image-2/edit']],
    ['birefnet', ['fal-ai/birefnet/v2']],
    ['mine', ['acme/fill', 'fal-ai/acme/fill']],
    ['kontext', ['acme/kontext', 'fal-ai/acme/kontext']],
    ['sdxl', []],
    ['__proto__', []],
    ['fal-ai/../secret', []],
    ['fal-ai/a?b=c', []],
    ['fal-ai/a%2fb', []],
    ['https://fal.ai/models/x', []],
    ['FAL-AI/Birefnet', []],
    [`fal-ai/${'a'.repeat(65)}`, []],
  ])('%j', (name, ids) => {
    expect(endpointsNamed(name, own)).toEqual(ids);
  });
});

describe('a model made from a schema', () => {
  it('is found by its endpoint, with and without fal-ai/, and by the name it was loaded for', () => {
    const model = made('fal-ai/acme/blur');
    addModel(model, 'my-blur');
    for (const name of ['fal-ai/acme/blur', 'acme/blur', 'my-blur', ' fal-ai/acme/blur/ ']) {
      expect(findModel(name)).toBe(model);
    }
  });

  it('is found by a short name', () => {
    const model = made(SHORT_NAMES['clarity-upscaler']!);
    addModel(model);
    expect(findModel('clarity-upscaler')).toBe(model);
  });

  it('is found by its schema after a newer one was loaded', () => {
    const [old, current] = [made('acme/blur', 'old'), made('acme/blur', 'new')];
    addModel(old);
    addModel(current);
    expect(findModel('acme/blur')).toBe(current);
    expect(modelOfJob({ endpoint: 'acme/blur', schemaHash: 'old' })).toBe(old);
    // Of a schema that is gone, the newest one does.
    expect(modelOfJob({ endpoint: 'acme/blur', schemaHash: 'other' })).toBe(current);
  });

  it('of which nothing is left still reads the answer to a paid edit', () => {
    const model = modelOfJob({ endpoint: 'fal-ai/acme/gone', schemaHash: 'lost' });
    expect(model).toMatchObject({ name: 'fal-ai/acme/gone', endpoint: 'fal-ai/acme/gone', fields: {} });
    const url = 'https://fal.media/a.png';
    expect(model.fromOutput({ image: { url } })?.images).toMatchObject([{ url }]);
    // No schema says that it is unexpected.
    expect(model.fromOutput({ combined_mask: { url } })?.images[0]).not.toHaveProperty('unexpected');
    expect(modelOfJob({ endpoint: MODELS[0].endpoint })).toBe(MODELS[0]);
  });

  it('never hides a listed model', () => {
    const [{ name, endpoint }] = MODELS;
    addModel(made(endpoint), name);
    expect(findModel(name)).toBe(MODELS[0]);
    expect(findModel(endpoint)).toBe(MODELS[0]);
  });
});

test('a name that is no model: the nearest one if it is close, else how to search', () => {
  const error = (name: string) => {
    try {
      findModel(name, '--model');
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  };
  expect(error('kontex')).toMatchObject({ kind: 'usage', hint: 'Did you mean kontext?' });
  expect(error("a dog's life")).toMatchObject({
    hint: String.raw`Search fal's models: fal-edit models search 'a dog'\''s life'`,
  });
  expect(error('acme/never-loaded')).toMatchObject({ kind: 'usage' });
});
