import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { shapeOf, type Shape } from '../../src/models/shape.js';

const DOCUMENT = {
  components: {
    schemas: {
      Size: { type: 'object', properties: { width: { type: 'integer', minimum: 1 } }, required: ['width'] },
      Word: { type: 'string', enum: ['a', 'b'], default: 'a' },
      Loop: { $ref: '#/components/schemas/Loop' },
      Tree: {
        type: 'object',
        properties: Object.fromEntries(
          Array.from('abcdefgh', (name) => [name, { $ref: '#/components/schemas/Tree' }]),
        ),
      },
    },
  },
};
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

test.each<[string, unknown, Partial<Shape>]>([
  ['bounds', { type: 'number', minimum: 0, maximum: 20 }, { types: ['number'], min: 0, max: 20 }],
  ['bounds outside of a whole number', { type: 'integer', exclusiveMinimum: 0 }, { min: 1, max: undefined }],
  ['the same in OpenAPI 3.0', { type: 'integer', minimum: 0, exclusiveMinimum: true }, { min: 1 }],
  ['bounds outside of a number', { type: 'number', exclusiveMaximum: 5 }, { max: 5 }],
  ['words', { type: 'string', enum: ['a', 'b'] }, { types: ['string'], words: ['a', 'b'] }],
  ['words without a type', { enum: ['a'] }, { types: ['string'], words: ['a'] }],
  ['a reference', ref('Word'), { words: ['a', 'b'], fallback: 'a' }],
  [
    'a reference with a default beside it',
    { allOf: [ref('Word')], default: 'b' },
    { words: ['a', 'b'], fallback: 'b' },
  ],
  ['null is left out', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, { types: ['integer'] }],
  ['null among types', { type: ['integer', 'null'] }, { types: ['integer'] }],
  [
    'sides or a name',
    { anyOf: [ref('Size'), { type: 'string', enum: ['square'] }] },
    { types: ['object', 'string'], words: ['square'], required: ['width'] },
  ],
  ['a word or any', { oneOf: [ref('Word'), { type: 'string' }] }, { words: undefined, unclear: undefined }],
  [
    'two ranges',
    {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'number', minimum: 0 },
      ],
    },
    { min: 0 },
  ],
  [
    'a list',
    { type: 'array', items: ref('Word'), minItems: 1, maxItems: 3 },
    { types: ['array'], minItems: 1, maxItems: 3 },
  ],
])('%s', (_, schema, shape) => {
  expect(shapeOf(schema, DOCUMENT)).toMatchObject(shape);
});

describe('what cannot be told is said', () => {
  test.each([
    ['nothing', undefined],
    ['true', true],
    ['a list', []],
    ['no type', {}],
    ['a reference to nowhere', ref('Gone')],
    ['a reference to a method', { $ref: '#/components/schemas/toString' }],
    ['a reference to elsewhere', { $ref: 'https://example.com/schema.json' }],
    ['a number as a reference', { $ref: 7 }],
    ['an empty choice', { anyOf: [] }],
    ['two objects', { anyOf: [ref('Size'), ref('Tree')] }],
    ['a join', { allOf: [ref('Size'), ref('Word')] }],
    ['a schema that is itself', ref('Loop')],
  ])('%s', (_, schema) => {
    expect(shapeOf(schema, DOCUMENT).unclear).toMatch(/\w/);
  });

  it('a schema that holds itself eight times ends all the same', () => {
    expect(shapeOf(ref('Tree'), DOCUMENT).types).toEqual(['object']);
  });

  it('never throws, whatever JSON comes', () => {
    const word = fc.constantFrom('anyOf', 'allOf', 'type', 'items', 'properties', 'enum', '$ref', 'minimum');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        fc.dictionary(word, tie('tree')),
        fc.array(tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(tree, (schema) => {
        expect(Array.isArray(shapeOf(schema, schema).types)).toBe(true);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
