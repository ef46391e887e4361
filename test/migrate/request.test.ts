import { describe, expect, it, test } from 'vitest';
import { usualOther } from '../../src/migrate/family.js';
import { keptRequest, looksLikeRequest } from '../../src/migrate/request.js';
import { guessModel } from '../../src/migrate/guess-model.js';
import { MODELS } from '../../src/models/registry.js';

const INPUT = { prompt: 'x', image_url: 'https://example.com/a.png' };
const G = 'fal-ai/flux-general/image-to-image';

describe('a kept request', () => {
  test.each<[string, unknown, string | undefined]>([
    ['bare', INPUT, undefined],
    ['in input', { input: INPUT }, undefined],
    ['in arguments', { app: G, arguments: INPUT }, G],
    ['with an endpoint', { endpoint: G, input: INPUT, webhook: 'https://example.com' }, G],
    ['with an endpoint_id', { endpoint_id: G, input: INPUT }, G],
    ['with both names', { model: 'flux-general', endpoint: G, input: INPUT }, G],
    [
      'a document of ours',
      { status: 'ok', model: 'flux-general', endpoint: G, prompt: 'x', input: INPUT },
      G,
    ],
    ['with a model beside its fields', { model: 'flux-general', ...INPUT }, 'flux-general'],
    ['with an address', { endpoint: `https://queue.fal.run/${G}?fal_webhook=x`, input: INPUT }, G],
  ])('%s', (_, value, model) => {
    expect(keptRequest(value)).toMatchObject({ input: INPUT, model });
  });

  it('of a model without a prompt is found in a document of ours', () => {
    const input = { image_url: 'https://example.com/a.png', upscale_factor: 2 };
    const document = { status: 'ok', model: 'acme/upscale', endpoint: 'acme/upscale', prompt: null, input };
    expect(keptRequest(document)).toMatchObject({ input, model: 'acme/upscale' });
    expect(keptRequest({ ...document, prompt: 'dawn' })).toMatchObject({ input });
  });

  it('may have a field called model', () => {
    const input = { image_url: 'https://example.com/a.png', model: 'Low Light' };
    expect(keptRequest(input)).toEqual({ input, model: undefined, modelKey: undefined });
    expect(keptRequest({ endpoint: 'acme/upscale', ...input })).toMatchObject({
      input,
      model: 'acme/upscale',
    });
  });

  it('keeps a field called input that stands beside a prompt', () => {
    expect(keptRequest({ ...INPUT, input: { a: 1 } })).toMatchObject({
      input: { ...INPUT, input: { a: 1 } },
    });
  });

  test.each([
    [[INPUT], 'a list'],
    [null, 'null'],
    ['x', 'a string'],
    [5, 'a number'],
    [true, 'true or false'],
  ])('%j is none', (value, expected) => {
    expect(keptRequest(value)).toBe(expected);
  });
});

test.each<[Record<string, unknown>, boolean]>([
  [{ image_url: 'a' }, true],
  [{ reference_image_urls: ['a'] }, true],
  [{ image: 'a.png', reference_image_url: 'a column' }, false],
  [{ image: 'a.png', image_url: 'a' }, true],
  [{ endpoint: G, input: {} }, true],
  [{ image: 'a.png' }, false],
])('a line of a file is a request or a row: %j', (fields, expected) => {
  expect(looksLikeRequest(fields)).toBe(expected);
});

describe('the model of a request', () => {
  test.each<[string, Record<string, unknown>]>([
    ['flux-general', { image_url: 'a' }],
    ['flux-general', { image_url: 'a', strength: 0.5, loras: [] }],
    ['flux-general', { image_url: 'a', image_strength: 0.5 }],
    ['flux-2-lora', { image_urls: ['a'] }],
    ['flux-2-lora', { image_urls: ['a'], strength: 0.5, loras: [] }],
  ])('is %s for %j', (name, input) => {
    expect(guessModel({ prompt: 'x', ...input }).name).toBe(name);
  });

  test.each([[{}], [{ image_url: 'a', image_urls: ['a'] }], [{ image_url: null }]])(
    'cannot be told from %j',
    (input) => {
      expect(() => guessModel(input)).toThrow(
        expect.objectContaining({ kind: 'input', hint: expect.stringContaining('--from') }),
      );
    },
  );
});

it('knows the usual way between the bases', () => {
  const byName = (name: string) => MODELS.find((model) => model.name === name)!;
  expect(usualOther(byName('flux-general'))).toBe(byName('flux-2-lora'));
  expect(usualOther(byName('flux-2-lora'))).toBe(byName('flux-general'));
});
