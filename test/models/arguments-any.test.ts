import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { editArguments } from '../../src/models/arguments.js';
import type { Model } from '../../src/models/model.js';
import { readRequest, type GivenRequest } from '../../src/models/read-request.js';
import { FLAG_OF, type RequestKey } from '../../src/models/request.js';
import { toInput } from '../../src/models/wire.js';
import { FALS_MODELS, ours, OUR_MODELS } from '../migrate/any-models.js';
import { inputOf } from '../migrate/arbitrary.js';

type Input = Record<string, unknown>;

const URL_A = 'https://example.com/a.png';

const KEY_OF = new Map((Object.entries(FLAG_OF) as [RequestKey, string][]).map(([key, flag]) => [flag, key]));

/** The settings that the words give, as the parser reads them. */
function givenBy(words: readonly string[]): GivenRequest {
  const given: Record<string, unknown> = {};
  const add = (key: string, value: unknown): void => {
    given[key] = [...((given[key] ?? []) as unknown[]), value];
  };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, flag = '', value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
    if (word === '-p') given['prompt'] = rest.shift();
    else if (word === '-m') rest.shift();
    else if (word === '--set' || word === '--file') add(word.slice(2), rest.shift());
    else if (word === '--lora') add('loras', rest.shift());
    else if (word === '--size') given['size'] = rest.shift();
    else if (word === '--expand-prompt') given['expandPrompt'] = true;
    else if (word === '--no-safety-checker') given['safetyChecker'] = false;
    else if (value !== undefined) given[KEY_OF.get(flag) ?? flag] = value;
    else if (word !== '--allow-many') add('images', word);
  }
  return given;
}

/** fal's input of the request that the arguments for an input make. */
const again = (model: Model, input: Input) =>
  toInput(model, readRequest(model, givenBy(editArguments(model, input))));

/** A value with usual names in it: odd ones are the subject of arguments.test.ts. */
function named(value: unknown, name: string): unknown {
  if (typeof value === 'string') return name;
  if (Array.isArray(value)) return value.map((item: unknown) => named(item, name));
  return typeof value === 'object' && value !== null ? { ...value, path: name } : value;
}

/** Inputs that a command line can make: without a NUL, null or an empty list for the pictures. */
const inputsOf = (model: Model) =>
  inputOf(model)
    .map((input): Input => {
      const [images = '', loras = ''] = [model.fields.images?.[0], model.fields.loras?.[0]];
      const isFull = [input[images] ?? []].flat().length > 0;
      const own = {
        ...input,
        [images]: isFull ? named(input[images], URL_A) : undefined,
        [loras]: named(input[loras], 'owner/style'),
      };
      return JSON.parse(JSON.stringify({ ...own, ...model.always })) as Input;
    })
    .filter((input) => !JSON.stringify(input).includes('\\u0000'));

describe('the arguments for an input ask for the same again', () => {
  test.each(OUR_MODELS.map((model) => [model.name, model] as const))('%s', (_, model) =>
    expectAgain(model, 60),
  );
});

describe.skipIf(FALS_MODELS.length === 0)("with fal's own documents (skipped where they are absent)", () => {
  test.each(FALS_MODELS.map((model) => [model.name, model] as const))(
    '%s',
    (_, model) => expectAgain(model, 10),
    30_000,
  );
});

/** A model that has both names of JPEG takes one for the other. */
const oneJpeg = (input: Input) =>
  Object.fromEntries(
    Object.entries(input).map(([field, value]) => [field, value === 'jpg' ? 'jpeg' : value]),
  );

function expectAgain(model: Model, numRuns: number): void {
  fc.assert(
    fc.property(inputsOf(model), (input) => {
      expect(oneJpeg(again(model, input))).toEqual(oneJpeg(input));
    }),
    { numRuns },
  );
}

test.each<[string, Input, string[]]>([
  [
    'acme/matte',
    { image_url: 'cat.png', output_format: 'alpha', sync_mode: false },
    ['--set', 'output_format=alpha'],
  ],
  ['acme/cutout/v2', { image_url: 'cat.png', output_format: 'webp' }, ['--format=webp']],
  [
    'acme/fill',
    { image_url: 'cat.png', mask_url: 'm.png', prompt: 'a hat' },
    ['--file', 'mask_url=m.png', '-p', 'a hat'],
  ],
  ['acme/fill', { image_url: 'cat.png', safety_tolerance: '2' }, ['--set', 'safety_tolerance=2']],
  [
    'acme/relight',
    { image_url: 'cat.png', instruction: 'dawn', color: 'null' },
    ['-p', 'dawn', '--set', 'color="null"'],
  ],
  ['acme/relight', { image_url: 'cat.png', seed: null }, ['--set', 'seed=null']],
  [
    'acme/brush/lora',
    { image_urls: ['cat.png'], enable_prompt_expansion: false },
    ['--set', 'enable_prompt_expansion=false'],
  ],
  [
    'acme/brush/lora',
    { image_urls: ['cat.png'], enable_safety_checker: true },
    ['--set', 'enable_safety_checker=true'],
  ],
  [
    'acme/brush/lora',
    { image_urls: ['cat.png'], loras: [{ path: 'a/b', scale: { up: 1 } }] },
    ['--set', 'loras=[{"path":"a/b","scale":{"up":1}}]'],
  ],
  ['acme/scene/compose', { image_url: 'cat.png', num_samples: 2 }, ['--num-images=2']],
])('of %s: %j', (name, input, expected) => {
  expect(editArguments(ours(name), input)).toEqual(['cat.png', '-m', name, ...expected]);
});

it('agree to more pictures than fal is known to use', () => {
  const model: Model = { ...ours('acme/paint/edit'), maxImages: 1, statesNoLimit: true };
  expect(editArguments(model, { image_urls: [URL_A, URL_A] })).toContain('--allow-many');
  expect(editArguments(model, { image_urls: [URL_A] })).not.toContain('--allow-many');
});

it('name a file that was uploaded for a field of any kind', () => {
  const input = { image_url: 'cat.png', instruction: 'dawn', color: 'red.txt' };
  const words = editArguments(ours('acme/relight'), input, [{ path: ['color'], value: 'red.txt' }]);
  expect(words.slice(-2)).toEqual(['--file', 'color=red.txt']);
  expect(editArguments(ours('acme/relight'), input).slice(-2)).toEqual(['--set', 'color=red.txt']);
});
