import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxGeneral } from '../../src/models/flux-general.js';
import type { Model } from '../../src/models/model.js';
import { MODELS } from '../../src/models/registry.js';
import { parseSetFields, withFiles } from '../../src/models/set-fields.js';
import { modelOf } from './schema/documents.js';
import { ours } from '../migrate/any-models.js';

test.each<[string[], Record<string, unknown>]>([
  [[], {}],
  [['scheduler=dpmpp_2m'], { scheduler: 'dpmpp_2m' }],
  [['scheduler="euler"'], { scheduler: 'euler' }],
  [['nag_scale=4'], { nag_scale: 4 }],
  [['nag-scale=4.5'], { nag_scale: 4.5 }],
  [[' nag_scale = 4 '], { nag_scale: 4 }],
  [['use_cfg_zero=false'], { use_cfg_zero: false }],
  [['reference_image_url=1'], { reference_image_url: '1' }],
  [['reference_image_url=a=b'], { reference_image_url: 'a=b' }],
  [['reference_image_url={"a":1}'], { reference_image_url: '{"a":1}' }],
  [['reference_image_url=./a, b.png'], { reference_image_url: './a, b.png' }],
  [['fill_image={"fill_image_url":["a.png"]}'], { fill_image: { fill_image_url: ['a.png'] } }],
  [['control_loras=[]', 'sync_mode=false'], { control_loras: [], sync_mode: false }],
])('%j', (pairs, fields) => {
  expect(parseSetFields(fluxGeneral, pairs)).toStrictEqual(fields);
});

test.each<[string, string[], Record<string, unknown>]>([
  ['acme/matte', ['output_format=alpha'], { output_format: 'alpha' }],
  ['acme/relight', ['seed=null'], { seed: null }],
  ['acme/brush/lora', ['enable_prompt_expansion=false'], { enable_prompt_expansion: false }],
  ['acme/brush/lora', ['enable_safety_checker=true'], { enable_safety_checker: true }],
  ['acme/brush/lora', ['loras=[]'], { loras: [] }],
  [
    'acme/brush/lora',
    ['loras=[{"path":"a/b","scale":{"up":1}}]'],
    { loras: [{ path: 'a/b', scale: { up: 1 } }] },
  ],
])('%s: %j is a value that no flag says', (name, pairs, fields) => {
  expect(parseSetFields(ours(name), pairs)).toStrictEqual(fields);
});

describe('refused', () => {
  test.each([
    ['acme/brush/lora', 'enable_prompt_expansion=true', '--expand-prompt'],
    ['acme/brush/lora', 'loras=[{"path":"a/b"}]', '--lora'],
    ['acme/brush/lora', 'seed=7', '--seed'],
    ['acme/brush/lora', 'output_format=webp', '--format'],
    ['acme/imagine/edit', 'image_urls=null', '--image'],
  ])('%s: %s has a flag', (name, pair, flag) => {
    expect(() => parseSetFields(ours(name), [pair])).toThrow(
      expect.objectContaining({ hint: `Use ${flag} instead.` }),
    );
  });

  test.each<[string, Model, string[], string | RegExp, string?]>([
    ['no =', fluxGeneral, ['scheduler'], '"scheduler" must have the form key=value'],
    ['unknown', fluxGeneral, ['nag_scal=4'], 'no field "nag_scal"', 'Did you mean nag_scale?'],
    ['unknown, near a flag', fluxGeneral, ['strengt=1'], 'no field "strengt"', 'Did you mean --strength?'],
    ["the other model's", flux2Lora, ['scheduler=euler'], 'flux-2-lora has no field "scheduler"'],
    ['a flag of its own', fluxGeneral, ['strength=1'], 'has its own flag', 'Use --strength instead.'],
    [
      'the same by its other name',
      fluxGeneral,
      ['image_strength=1'],
      'has its own flag',
      'Use --strength instead.',
    ],
    ['the picture', flux2Lora, ['image_urls=["a"]'], 'has its own flag', 'Use --image instead.'],
    ['the prompt', flux2Lora, ['prompt=x'], 'has its own flag', 'Use --prompt instead.'],
    ['twice', fluxGeneral, ['nag_tau=1', 'nag-tau=2'], '--set nag_tau: set twice'],
    ['sync_mode', fluxGeneral, ['sync_mode=true'], /sync_mode: true is not supported: .* lost picture/],
    [
      'wrong type',
      fluxGeneral,
      ['nag_scale=much'],
      'must be a number above 1 and at most 10 for flux-general, not "much"',
    ],
    [
      'out of range',
      fluxGeneral,
      ['nag_scale=11'],
      'must be a number above 1 and at most 10 for flux-general, not 11',
    ],
    ['beyond all numbers', fluxGeneral, ['nag_scale=1e999'], 'a number above 1 and at most 10'],
    [
      'wrong at depth',
      fluxGeneral,
      ['ip_adapters=[{"path":"a/b","image_url":5}]'],
      '--set ip_adapters.0.image_url',
    ],
    ['unknown at depth', fluxGeneral, ['fill_image={"use_promt":true}'], 'fill_image.use_promt'],
    ['broken JSON', fluxGeneral, ['control_loras=[{'], 'control_loras'],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map(
      (key): [string, Model, string[], string] => [
        key,
        fluxGeneral,
        [`${key}={"polluted":1}`],
        `no field "${key}"`,
      ],
    ),
    ['__proto__ at depth', fluxGeneral, ['fill_image={"__proto__":{"polluted":1}}'], '__proto__'],
  ])('%s', (_, model, pairs, message, hint) => {
    const parse = () => parseSetFields(model, pairs);
    expect(parse).toThrow(message);
    expect(parse).toThrow(
      expect.objectContaining({ kind: 'usage', ...(hint === undefined ? {} : { hint }) }),
    );
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

it('never throws anything but an error for people, whatever the text', () => {
  const keys = MODELS.flatMap((model) => Object.keys(model.input.shape));
  const key = fc.oneof(fc.constantFrom(...keys, '__proto__', 'constructor', 'length'), fc.string());
  const value = fc.oneof(fc.json(), fc.string({ unit: 'grapheme' }), fc.double().map(String));
  const pair = fc.oneof(
    fc.string(),
    fc.tuple(key, value).map(([name, text]) => `${name}=${text}`),
  );
  fc.assert(
    fc.property(fc.constantFrom(...MODELS), fc.array(pair, { maxLength: 3 }), (model, pairs) => {
      try {
        const fields = parseSetFields(model, pairs);
        for (const field of Object.keys(fields)) expect(Object.hasOwn(model.input.shape, field)).toBe(true);
      } catch (error) {
        if (!(error instanceof FalEditError)) throw error;
        expect(error.kind).toBe('usage');
        expect(error.message).toMatch(/^--set/);
      }
    }),
    { numRuns: 500, seed: 7 },
  );
});

test('a number in a path is an item of a list, or a name of an object', () => {
  const model = modelOf({
    image_url: { type: 'string' },
    tags: { anyOf: [{ type: 'array', items: { type: 'string' } }, { type: 'null' }] },
    scales: { type: 'object', additionalProperties: { type: 'number' } },
  });
  expect(parseSetFields(model, ['tags.1=b', 'tags[0]=a', 'scales.7=0.5', 'scales.12=1'])).toEqual({
    tags: ['a', 'b'],
    scales: { 7: 0.5, 12: 1 },
  });
});

test('a gap in a list is one problem, however large', () => {
  const model = modelOf({
    image_url: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
  });
  expect(() => withFiles(model, parseSetFields(model, ['tags[9999]=x']), undefined)).toThrow(
    /^--set tags\.0 is missing\.$/,
  );
});
