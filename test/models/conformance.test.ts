import { toInput } from '../../src/models/wire.js';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { findFileFields } from '../../src/models/fields.js';
import { MODELS } from '../../src/models/registry.js';
import { FLAG_OF, SIZE_PRESETS, type EditRequest, type RequestKey } from '../../src/models/request.js';

/** A value for each property, as far from every default as all models allow. */
const FULL: Required<Omit<EditRequest, 'set' | 'files'>> = {
  prompt: 'snow',
  images: ['https://example.com/a.png'],
  strength: 0.3,
  loras: [
    { path: 'owner/style', scale: 0.7 },
    { path: 'owner/other', scale: undefined },
  ],
  steps: 12,
  guidance: 7.5,
  seed: 11,
  numImages: 2,
  size: { width: 640, height: 512 },
  format: 'jpeg',
  negativePrompt: 'people',
  acceleration: 'high',
  expandPrompt: true,
  safetyChecker: false,
};
const MINIMAL: EditRequest = { prompt: 'snow', images: FULL.images, seed: 11 };
const KEYS = Object.keys(FLAG_OF) as RequestKey[];

test('names and endpoints are all different', () => {
  const names = MODELS.flatMap(({ name, endpoint }) => [name, endpoint]);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(MODELS.map((model) => [model.name, model] as const))('%s', (_, model) => {
  const shape = model.input.shape as Record<string, z.ZodType>;
  const fieldsOf = (key: RequestKey) => [...(model.fields[key] ?? [])];
  const always = [...fieldsOf('prompt'), ...fieldsOf('images'), ...fieldsOf('seed')].sort();

  it('is described', () => {
    expect(model.endpoint).toMatch(/^fal-ai\/[a-z0-9-]+(\/[a-z0-9-]+)+$/);
    expect(model.purpose).toContain(model.base);
    expect(model.billed).toMatch(/^every result/);
    expect(model.maxImages).toBeGreaterThanOrEqual(1);
    expect(model.formats).toContain(model.defaultFormat);
    expect(model.price.unitUsd).toBeGreaterThan(0);
    expect(model.price.date).toMatch(/^\d{4}-\d{2}(-\d{2})?$/);
    expect(URL.canParse(model.price.source)).toBe(true);
  });

  it('has a field in its input for every field that a flag fills, and none twice', () => {
    const filled = KEYS.flatMap(fieldsOf);
    expect(Object.keys(shape)).toEqual(expect.arrayContaining(filled));
    expect(new Set(filled).size).toBe(filled.length);
  });

  it('sends prompt, picture and seed of a minimal request, and nothing else', () => {
    const input = toInput(model, MINIMAL);
    expect(Object.keys(input).sort()).toEqual(always);
    expect(input).toMatchObject({ prompt: 'snow', seed: 11 });
    expect(model.input.safeParse(input).success).toBe(true);
  });

  test.each(KEYS.filter((key) => model.fields[key] !== undefined))('%s fills its fields alone', (key) => {
    const input = toInput(model, { ...MINIMAL, [key]: FULL[key] });
    expect(Object.keys(input).sort()).toEqual([...new Set([...always, ...fieldsOf(key)])].sort());
    expect(model.input.safeParse(input).error?.issues ?? []).toEqual([]);
  });

  it('leaves out what it has no field for, and what is undefined', () => {
    const nothing = Object.fromEntries(KEYS.map((key) => [key, undefined]));
    expect(toInput(model, { ...nothing, ...MINIMAL })).toEqual(toInput(model, MINIMAL));
    const foreign = KEYS.filter((key) => model.fields[key] === undefined);
    const some = Object.fromEntries(foreign.map((key) => [key, FULL[key]]));
    expect(toInput(model, { ...MINIMAL, ...some })).toEqual(toInput(model, MINIMAL));
  });

  it.runIf(model.fields.loras)('writes a LoRA without a scale without a scale', () => {
    expect(toInput(model, { ...MINIMAL, loras: FULL.loras })['loras']).toStrictEqual([
      { path: 'owner/style', scale: 0.7 },
      { path: 'owner/other' },
    ]);
  });

  it('refuses unknown fields, at every depth that it knows', () => {
    const input = toInput(model, MINIMAL);
    expect(model.input.safeParse({ ...input, image_strenght: 1 }).success).toBe(false);
    if (model.fields.loras === undefined) return;
    const loras = [{ path: 'owner/style', weight: 1 }];
    expect(model.input.safeParse({ ...input, loras }).success).toBe(false);
  });

  test.runIf(model.fields.size).each(Object.keys(SIZE_PRESETS))('knows the size %s', (size) => {
    expect(model.input.safeParse({ ...toInput(model, MINIMAL), image_size: size }).success).toBe(true);
  });

  test.each(model.formats)('makes %s', (format) => {
    const input = toInput(model, { ...MINIMAL, format });
    expect(model.input.safeParse(input).success).toBe(true);
  });

  it('has defaults that its own fields take', () => {
    const defaults = Object.entries(shape).flatMap(([name, schema]) => {
      const meta = z.globalRegistry.get(schema);
      return meta !== undefined && 'default' in meta ? [[name, schema, meta['default']] as const] : [];
    });
    expect(defaults.length).toBeGreaterThan(5);
    for (const [name, schema, value] of defaults) {
      expect(schema.safeParse(value).success, `${name} = ${JSON.stringify(value)}`).toBe(true);
    }
  });

  it('describes every field', () => {
    for (const [name, schema] of Object.entries(shape)) {
      expect(z.globalRegistry.get(schema)?.description, name).toMatch(/\S/);
    }
  });

  it('can be written as JSON schema', () => {
    const json = z.toJSONSchema(model.input);
    expect(json).toMatchObject({ type: 'object', additionalProperties: false });
    expect(json.required?.toSorted()).toEqual(always.filter((name) => name !== 'seed'));
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  it('finds its pictures and its weights', () => {
    const input = toInput(model, { ...MINIMAL, loras: FULL.loras });
    const found = findFileFields(model.input, input).map(({ path, role, value }) => [path[0], role, value]);
    expect(found).toEqual([
      [model.fields.images![0], 'picture', FULL.images[0]],
      ...(model.fields.loras === undefined
        ? []
        : [
            ['loras', 'weights', 'owner/style'],
            ['loras', 'weights', 'owner/other'],
          ]),
    ]);
  });

  describe('bills', () => {
    const work = { inputs: [{ width: 1024, height: 1024 }], output: undefined, numImages: 1, input: {} };
    it('whole megapixels, never nothing', () => {
      for (const side of [1, 512, 1024, 1025, 2048]) {
        const { units } = model.billable({ ...work, output: { width: side, height: side } });
        expect(Number.isInteger(units)).toBe(true);
        expect(units).toBeGreaterThanOrEqual(1);
      }
    });
    it('more for more pictures and for larger ones', () => {
      const { units } = model.billable(work);
      expect(model.billable({ ...work, numImages: 3 }).units).toBeGreaterThan(units);
      expect(model.billable({ ...work, output: { width: 2048, height: 2048 } }).units).toBeGreaterThan(units);
    });
    it('with a word on what it does not know', () => {
      expect(model.billable(work).assumptions).not.toEqual([]);
      expect(model.billable({ ...work, inputs: [undefined] }).assumptions).not.toEqual([]);
    });
  });

  describe('reads answers', () => {
    const answer = {
      images: [
        { url: 'https://fal.media/a.png', content_type: 'image/png', width: 64, height: 32, file_size: 9 },
        { url: 'https://fal.media/b.png', content_type: null, width: null, height: null },
      ],
      timings: { inference: 1.25 },
      seed: 7,
      has_nsfw_concepts: [false, true],
      prompt: 'snow',
    };
    it('that are true', () => {
      expect(model.fromOutput(answer)).toEqual({
        images: [
          { url: 'https://fal.media/a.png', contentType: 'image/png', width: 64, height: 32, nsfw: false },
          {
            url: 'https://fal.media/b.png',
            contentType: undefined,
            width: undefined,
            height: undefined,
            nsfw: true,
          },
        ],
        seed: 7,
        inferenceSeconds: 1.25,
      });
    });
    test.each([
      [{ images: [{ url: 'u' }] }],
      [{ images: [{ url: 'u', width: 'wide' }], seed: 'x', timings: 5, has_nsfw_concepts: 'no' }],
    ])('whose details beside the pictures are wrong: %j', (json) => {
      expect(model.fromOutput(json)?.images).toMatchObject([{ url: 'u', nsfw: undefined }]);
    });
    test.each([
      [undefined],
      [null],
      ['<html>'],
      [5],
      [[]],
      [{}],
      [{ images: null }],
      [{ images: 'u' }],
      [{ images: ['u'] }],
      [{ images: [{ link: 'u' }] }],
      [{ images: [{ url: 5 }] }],
      [{ detail: 'Not found' }],
    ])('but not garbage: %j', (json) => {
      expect(model.fromOutput(json)).toBeUndefined();
    });
  });
});
