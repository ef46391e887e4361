import { describe, expect, it } from 'vitest';
import { AbsurdSchemaError, readTree } from '../../../src/models/schema/walk.js';

const read = (schema: unknown, schemas: Record<string, unknown> = {}) =>
  readTree(schema, { components: { schemas } });

/** A tree in JSON, with fields by name. */
const plain = (tree: unknown) =>
  JSON.parse(
    JSON.stringify(tree, (_, value: unknown) =>
      value instanceof Map ? (Object.fromEntries(value) as unknown) : value,
    ),
  ) as unknown;

describe('readTree', () => {
  it.each([
    ['text', { type: 'string', minLength: 2 }, { kind: 'text', minLength: 2 }],
    ['words', { type: 'string', enum: ['a', 'b'] }, { kind: 'text', words: ['a', 'b'] }],
    ['a constant without a type', { const: 'a' }, { kind: 'text', words: ['a'] }],
    ['whole numbers', { enum: [1, 2] }, { kind: 'number', whole: true, values: [1, 2] }],
    ['one switch position', { const: false }, { kind: 'boolean', only: false }],
    [
      'bounds of JSON schema 2020',
      { type: 'number', exclusiveMinimum: 0, maximum: 4 },
      { kind: 'number', whole: false, above: 0, max: 4 },
    ],
    [
      'bounds of OpenAPI 3.0',
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      { kind: 'number', whole: true, above: 1 },
    ],
    [
      'nullable',
      { type: 'integer', nullable: true },
      { kind: 'union', options: [{ kind: 'number', whole: true }, { kind: 'null' }] },
    ],
    [
      'a list of types',
      { type: ['string', 'null'] },
      { kind: 'union', options: [{ kind: 'text' }, { kind: 'null' }] },
    ],
    [
      'an enumeration with null',
      { enum: ['a', null] },
      { kind: 'union', options: [{ kind: 'text', words: ['a'] }, { kind: 'null' }] },
    ],
    [
      'bounds beside a union, on its numbers only',
      { anyOf: [{ type: 'object' }, { type: 'number' }], ge: -4, le: 4 },
      {
        kind: 'union',
        options: [
          { kind: 'record', values: { kind: 'anything', why: 'its schema names no type' } },
          { kind: 'number', whole: false, min: -4, max: 4 },
        ],
      },
    ],
    [
      'one reference in allOf',
      { allOf: [{ $ref: '#/components/schemas/A' }] },
      { kind: 'text', words: ['x'] },
    ],
    [
      'a reference beside a default',
      { $ref: '#/components/schemas/A', default: 1 },
      { kind: 'text', words: ['x'] },
    ],
    [
      'a reference to nothing',
      { $ref: '#/components/schemas/None' },
      { kind: 'anything', why: 'its schema refers to something that is not there' },
    ],
    [
      'numbers by name',
      { type: 'object', additionalProperties: { type: 'number' } },
      { kind: 'record', values: { kind: 'number', whole: false } },
    ],
  ])('reads %s', (_, schema, tree) => {
    expect(plain(read(schema, { A: { enum: ['x'] } }))).toEqual(tree);
  });

  it('reads fields with the texts, marks and defaults beside them', () => {
    const tree = read(
      {
        properties: {
          size: { $ref: '#/components/schemas/Size', description: 'How\n   large.', default: 'odd' },
          image_url: { type: 'string', ui: { field: 'image' }, examples: [null, 'https://a.example/x.png'] },
          ['__proto__']: { type: 'string' },
        },
        required: ['image_url'],
      },
      {
        Size: {
          type: 'object',
          title: 'Size',
          properties: { width: { type: 'integer' } },
          description: 'Inner.',
        },
      },
    );
    expect(plain(tree)).toMatchObject({
      kind: 'object',
      fields: {
        size: {
          about: 'How large.',
          fallback: 'odd',
          required: false,
          tree: { kind: 'object', name: 'Size' },
        },
        image_url: { mark: 'image', required: true, example: 'https://a.example/x.png' },
      },
    });
    expect(tree.kind === 'object' && tree.fields.get('__proto__')?.tree).toEqual({ kind: 'text' });
  });

  it('joins objects', () => {
    const tree = read({
      allOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'string' } } }],
    });
    expect(tree.kind === 'object' && [...tree.fields.keys()]).toEqual(['a', 'b']);
  });

  it.each([
    ['contains itself', { $ref: '#/components/schemas/Loop' }],
    ['contains itself', { $ref: '#/components/schemas/Tree' }],
    [
      'is more than 64 levels deep',
      Array.from({ length: 100 }).reduce<unknown>((items) => ({ type: 'array', items }), {}),
    ],
    [
      'has more than 5000 parts',
      { properties: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, {}])) },
    ],
  ])('refuses a schema that %s', (message, schema) => {
    const schemas = {
      Loop: { $ref: '#/components/schemas/Loop' },
      Tree: { properties: { inner: { $ref: '#/components/schemas/Tree' } } },
    };
    expect(() => read(schema, schemas)).toThrow(new AbsurdSchemaError(message));
  });
});
