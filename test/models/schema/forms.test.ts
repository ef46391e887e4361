import { describe, expect, it, test } from 'vitest';
import { chosenSeed } from '../../../src/models/chosen-seed.js';
import { inputJsonSchema } from '../../../src/models/json-schema.js';
import type { Model } from '../../../src/models/model.js';
import { promptNeed } from '../../../src/models/prompt-need.js';
import { readRequest, type GivenRequest } from '../../../src/models/read-request.js';
import { refuseUnsupported } from '../../../src/models/unsupported.js';
import { toInput } from '../../../src/models/wire.js';
import { modelOf } from './documents.js';

const text = { type: 'string' };
const NULL = { type: 'null' };
const image_url = text;
const with_ = (properties: Record<string, unknown>, required: readonly string[] = [], types = {}): Model =>
  modelOf({ image_url, ...properties }, required, types);

/** The input that a request becomes, without its picture. */
function inputFor(model: Model, given: GivenRequest): Record<string, unknown> {
  const { seed, ...request } = readRequest(model, { images: ['a.png'], ...given });
  const read = { ...request, ...(seed === undefined ? {} : { seed }) };
  refuseUnsupported(model, read);
  const { image_url: picture, ...input } = toInput(model, read);
  expect(picture).toBe('a.png');
  return input;
}

/** Whether the model accepts a field's value. */
function accepts(model: Model, field: string, values: readonly unknown[]): unknown[] {
  return values.filter((value) => model.input.safeParse({ image_url: 'a', [field]: value }).success);
}

describe('the prompt', () => {
  test.each<[Record<string, unknown>, string[], 'required' | 'optional' | 'none']>([
    [{ prompt: text }, ['prompt'], 'required'],
    [{ prompt: { type: 'string', default: 'bald' } }, [], 'optional'],
    [{ prompt: { type: 'string', default: 'bald' } }, ['prompt'], 'required'],
    [{ prompt: { anyOf: [text, NULL] } }, [], 'optional'],
    [{ instruction: text }, ['instruction'], 'required'],
    [{ text_input: text }, [], 'optional'],
    [{}, [], 'none'],
    [{ prompt: { enum: ['bald'] } }, [], 'none'],
    [{ prompt: { type: 'array', items: text } }, [], 'none'],
    [{ source_prompt: text, target_prompt: text }, ['source_prompt', 'target_prompt'], 'none'],
  ])('%j, required %j: %s', (properties, required, need) => {
    expect(promptNeed(with_(properties, required))).toBe(need);
  });

  it('stays a text that looks like a number', () => {
    expect(inputFor(with_({ prompt: text }), { prompt: 2024 })).toEqual({ prompt: '2024' });
  });

  it('is refused where there is none', () => {
    expect(() => inputFor(with_({}), { prompt: 'x' })).toThrow('--prompt: acme/made/edit takes no prompt.');
  });
});

describe('our own seed', () => {
  const LARGEST = 2 ** 31 - 1;
  test.each<[unknown, { min: number; max: number } | undefined]>([
    [{ type: 'integer' }, { min: 0, max: LARGEST }],
    [{ anyOf: [{ type: 'integer' }, NULL] }, { min: 0, max: LARGEST }],
    [
      { type: 'integer', minimum: 0, maximum: 999 },
      { min: 0, max: 999 },
    ],
    [{ anyOf: [{ type: 'integer', minimum: 1, maximum: 999 }, NULL] }, { min: 1, max: 999 }],
    [
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 10 },
      { min: 1, max: 9 },
    ],
    [
      { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: 9 },
      { min: 1, max: 9 },
    ],
    [
      { type: 'number', minimum: 0.5, maximum: 9.5 },
      { min: 1, max: 9 },
    ],
    [
      { type: 'integer', minimum: -1 },
      { min: 0, max: LARGEST },
    ],
    [
      { type: 'integer', maximum: 2 ** 40 },
      { min: 0, max: LARGEST },
    ],
    [
      { type: 'integer', minimum: -9, maximum: -1 },
      { min: -9, max: -1 },
    ],
    [{ enum: [7, 8] }, { min: 7, max: 7 }],
    [text, undefined],
  ])('for %j is in %j', (seed, range) => {
    const model = with_({ seed });
    expect(model.seedRange).toEqual(range);
    const seeds = [0, 1, 999, 1_000, 123_456_789, LARGEST].map((random) => chosenSeed(model, random));
    if (range === undefined) expect(seeds.every((one) => one === undefined)).toBe(true);
    else expect(accepts(model, 'seed', seeds)).toEqual(seeds);
  });
});

describe('the format', () => {
  test.each<[Record<string, unknown>, readonly string[], string]>([
    [{ output_format: { enum: ['jpeg', 'png'], default: 'jpeg' } }, ['jpeg', 'png'], 'jpeg'],
    [{ output_format: { enum: ['png', 'jpg'] } }, ['png', 'jpeg'], 'png'],
    [{ output_format: { enum: ['jpg', 'jpeg'], default: 'jpg' } }, ['jpeg'], 'jpeg'],
    [
      { format: { anyOf: [{ enum: ['webp', 'gif', 'png'] }, NULL], default: 'webp' } },
      ['webp', 'png'],
      'webp',
    ],
    [{ image_format: { enum: ['jpeg', 'png'], default: 'rgba' } }, ['jpeg', 'png'], 'png'],
    [{ format: { enum: ['rgba', 'zip'] } }, [], 'png'],
    [{ format: text }, [], 'png'],
    [{}, [], 'png'],
  ])('%j: %j, default %s', (properties, formats, fallback) => {
    const model = with_(properties);
    expect([model.formats, model.defaultFormat]).toEqual([formats, fallback]);
  });

  it("is sent in fal's own word", () => {
    const jpg = with_({ output_format: { enum: ['png', 'jpg'] } });
    const jpeg = with_({ output_format: { enum: ['png', 'jpeg'] } });
    expect([inputFor(jpg, { format: 'jpeg' }), inputFor(jpeg, { format: 'jpg' })]).toEqual([
      { output_format: 'jpg' },
      { output_format: 'jpeg' },
    ]);
  });
});

describe('the size', () => {
  const sides = { properties: { width: { type: 'integer', maximum: 2048 }, height: { type: 'integer' } } };
  const presets = { enum: ['square_hd', 'portrait_4_3', 'auto'] };
  const both = with_({ image_size: { anyOf: [sides, presets] } });
  const words = with_({ image_size: { enum: ['auto', '1024x1024', '1536x1024'] } });

  test.each<[string, Model, unknown, unknown]>([
    ['sides', both, '640x480', { width: 640, height: 480 }],
    ['a preset', both, 'square_hd', 'square_hd'],
    ['auto', both, 'auto', 'auto'],
    ['sides as a word', words, '1024x1024', '1024x1024'],
    ['auto among words', words, 'auto', 'auto'],
  ])('as %s', (_, model, size, image_size) => {
    expect(inputFor(model, { size })).toEqual({ image_size });
    expect(accepts(model, 'image_size', [image_size])).toEqual([image_size]);
  });

  it('is left to the model', () => {
    expect(inputFor(both, { size: 'model' })).toEqual({});
  });

  it('is refused by name where there is no such field', () => {
    expect(() => inputFor(with_({ aspect_ratio: { enum: ['1:1'] } }), { size: '64x64' })).toThrow(
      '--size: acme/made/edit has no such setting; fal would ignore it.',
    );
    expect(() => inputFor(words, { size: 'square_hd' })).toThrow(
      '--size must be auto, 1024x1024 or 1536x1024, or "model" to let the model decide, not "square_hd".',
    );
    expect(accepts(words, 'image_size', ['640x480'])).toEqual([]);
  });
});

describe('sync_mode', () => {
  it('is always sent as false where it is a switch, whatever its default', () => {
    const model = with_({ sync_mode: { type: 'boolean', default: true } });
    expect(inputFor(model, {})).toEqual({ sync_mode: false });
    expect(accepts(model, 'sync_mode', [true, false, undefined])).toEqual([false, undefined]);
    expect(() => inputFor(model, { set: ['sync_mode=true'] })).toThrow('lost picture');
  });

  it('is not sent where it is absent, or something else', () => {
    expect(inputFor(with_({}), {})).toEqual({});
    expect(inputFor(with_({ sync_mode: { enum: ['on', 'off'] } }), {})).toEqual({});
  });
});

describe('odd documents are read all the same', () => {
  it('with defaults that do not fit', () => {
    const model = with_({
      scale: { type: 'number', maximum: 4, default: 'odd' },
      style: { enum: ['a'], default: 'z' },
      flag: { type: 'boolean', default: null },
      list: { type: 'array', items: text, default: { a: 1 } },
    });
    expect(inputFor(model, { set: ['scale=2', 'style=a'] })).toEqual({ scale: 2, style: 'a' });
    expect(inputFor(model, {})).toEqual({});
    expect(Object.keys(inputJsonSchema(model)['properties'] as object)).toEqual([
      'image_url',
      'scale',
      'style',
      'flag',
      'list',
    ]);
  });

  it('with bounds and texts beside a reference', () => {
    const model = with_(
      { weight: { $ref: '#/components/schemas/W', maximum: 2, description: 'How much.', default: 9 } },
      [],
      { W: { type: 'number', minimum: 1, maximum: 5, description: 'A weight.' } },
    );
    expect(accepts(model, 'weight', [0, 1, 2, 3])).toEqual([1, 2]);
    expect(inputJsonSchema(model)).toMatchObject({ properties: { weight: { description: 'How much.' } } });
  });

  it('with required names that are no fields', () => {
    expect(with_({ prompt: text }, ['image_url', 'ghost']).input.safeParse({ image_url: 'a' }).success).toBe(
      true,
    );
  });

  it.each<[string, unknown, unknown[], unknown[]]>([
    ['no alternatives', { anyOf: [] }, [1, 'a', null], []],
    ['an empty list of words', { enum: [] }, [1, 'a'], []],
    ['words of several types', { enum: ['a', 1, true, null] }, ['a', 1, true, null], ['b', 2, false]],
    ['objects as words', { enum: [{ a: 1 }] }, [{ a: 1 }, { a: 2 }], []],
    ['a constant', { const: 3 }, [3], [4, '3']],
    ['an unknown type', { type: 'tuple' }, [1, 'a'], []],
    ['no type', {}, [1, 'a', { b: 1 }], []],
    ['a wrong pattern', { type: 'string', pattern: '((((' }, ['a'], [1]],
    ['a slow pattern', { type: 'string', pattern: '^(a+)+$' }, [`${'a'.repeat(50)}!`], []],
    ['bounds that are no numbers', { type: 'number', minimum: '3', maximum: null }, [-1, 99], ['a']],
    ['lengths that are no counts', { type: 'string', minLength: -1, maxLength: 0.5 }, ['', 'aaa'], []],
    ['a step of nothing', { type: 'number', multipleOf: 0 }, [0.1, 3], []],
    ['a huge list', { type: 'array', items: text, maxItems: 1e9 }, [['a']], [[1]]],
    ['a list of anything', { type: 'array' }, [[1, 'a', null]], ['a']],
    ['several types at once', { type: ['string', 'integer', 'null'] }, ['a', 1, null], [1.5, true]],
    ['a free object', { type: 'object' }, [{ any: { thing: 1 } }], ['a', [1]]],
    [
      'numbers by name',
      { type: 'object', additionalProperties: { type: 'number' } },
      [{ a: 1 }],
      [{ a: 'x' }],
    ],
  ])('with %s', (_, schema, good, bad) => {
    expect(accepts(with_({ odd: schema }), 'odd', [...good, ...bad])).toEqual(good);
  });
});
