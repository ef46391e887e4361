import { expect, test } from 'vitest';
import { problemText } from '../../src/errors/error.js';
import { explainIssues } from '../../src/models/explain.js';
import { modelOf } from './schema/documents.js';

const text = { type: 'string' };
const NULL = { type: 'null' };
const lora = {
  type: 'object',
  properties: { path: text, scale: { type: 'number', minimum: 0, maximum: 4 } },
  required: ['path'],
};

const model = modelOf(
  {
    image_url: text,
    prompt: { type: 'string', minLength: 2, maxLength: 5 },
    style: { type: 'string', maxLength: 3 },
    title: { type: 'string', minLength: 2 },
    loras: { anyOf: [{ type: 'array', items: lora }, NULL] },
    size: { anyOf: [{ enum: ['auto'] }, { properties: { width: { type: 'integer' } } }] },
    shape: {
      anyOf: [{ properties: { radius: { type: 'number' } } }, { properties: { width: { type: 'number' } } }],
    },
    sides: { type: 'integer', minimum: 256, maximum: 1440, multipleOf: 32 },
    share: { type: 'number', multipleOf: 0.25 },
    tags: { type: 'array', items: text, uniqueItems: true, minItems: 2 },
    levels: { anyOf: [{ type: 'number' }, { type: 'array', items: { type: 'number' } }, NULL] },
  },
  ['image_url', 'prompt'],
);

const valid = { image_url: 'a.png', prompt: 'blue' };

test.each<[Record<string, unknown>, string[]]>([
  [valid, []],
  [{ image_url: 'a.png' }, ['--prompt is missing. It must be text of 2 to 5 characters.']],
  [
    { ...valid, loras: [{ path: 'a' }, { path: 'b', scale: 'x' }] },
    ['--lora (number 2) must be a number from 0 to 4 for acme/made/edit, not "x".'],
  ],
  [
    { ...valid, loras: [{ path: 'a', scal: 1 }] },
    ['--lora: acme/made/edit has no field "scal". Did you mean scale?'],
  ],
  [
    { ...valid, size: { widh: 1 } },
    ['--set size.widh: acme/made/edit has no field "widh". Did you mean width?'],
  ],
  [
    { ...valid, size: 'large' },
    ['--set size must be auto, or an object with width for acme/made/edit, not "large".'],
  ],
  [
    { ...valid, shape: { radius: 'x' } },
    [
      '--set shape must be an object with radius, or an object with width for acme/made/edit, not {"radius":"x"}.',
    ],
  ],
  [
    { ...valid, sides: 300 },
    ['--set sides must be a multiple of 32 from 256 to 1440 for acme/made/edit, not 300.'],
  ],
  [{ ...valid, share: 0.3 }, ['--set share must be a multiple of 0.25 for acme/made/edit, not 0.3.']],
  [{ ...valid, tags: ['a', 'a'] }, ['--set tags must not contain the same item twice.']],
  [{ ...valid, tags: ['a'] }, ['--set tags: acme/made/edit needs at least 2 here.']],
  [{ ...valid, levels: [1, 'x'] }, ['--set levels.1 must be a number for acme/made/edit, not "x".']],
  [{ ...valid, prompt: 'x' }, ['--prompt must be text of 2 to 5 characters for acme/made/edit, not "x".']],
  [
    { ...valid, style: 'long' },
    ['--set style must be text of at most 3 characters for acme/made/edit, not "long".'],
  ],
  [
    { ...valid, title: '' },
    ['--set title must be text of at least 2 characters for acme/made/edit, not "".'],
  ],
])('%j', (input, problems) => {
  const { error } = model.input.safeParse(input);
  expect(explainIssues(model, input, error?.issues ?? []).map(problemText)).toEqual(problems);
});

test('characters are counted, not their parts', () => {
  const accepted = (input: Record<string, unknown>) => model.input.safeParse({ ...valid, ...input }).success;
  expect([
    accepted({ prompt: '😀😀😀😀😀' }),
    accepted({ prompt: '😀😀😀😀😀😀' }),
    accepted({ prompt: '😀' }),
    accepted({ style: '😀😀😀' }),
    accepted({ title: '😀' }),
  ]).toEqual([true, false, false, true, false]);
});
