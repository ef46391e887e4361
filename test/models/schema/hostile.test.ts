import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { detailLines } from '../../../src/commands/models/detail.js';
import { FalEditError } from '../../../src/errors/error.js';
import { allowed } from '../../../src/models/allowed.js';
import { describeFields } from '../../../src/models/describe.js';
import { inputJsonSchema } from '../../../src/models/json-schema.js';
import { parseSetFields } from '../../../src/models/set-fields.js';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import { documentOf, documentsIn, ENDPOINT, FIXTURES, modelOf } from './documents.js';

/* Documents come from outside: none may stop the program, take its time or memory, or get into a prototype. */

const SOURCE = { hash: 'h', readAt: 0, origin: 'file' } as const;
const text = { type: 'string' };
const image_url = text;
const nested = (levels: number, wrap: (inner: unknown) => unknown): unknown =>
  Array.from({ length: levels }).reduce<unknown>(wrap, text);

describe('an absurd document is refused at once', () => {
  test.each<[string, string, Parameters<typeof documentOf>]>([
    ['contains itself', 'contains itself', [{ a: { $ref: '#/components/schemas/Input' } }]],
    [
      'contains itself behind alternatives',
      'contains itself',
      [
        { a: { $ref: '#/components/schemas/A' } },
        [],
        { A: { anyOf: [{ $ref: '#/components/schemas/A' }, text] } },
      ],
    ],
    [
      'doubles at each level',
      'has more than 5000 parts',
      [
        { a: { $ref: '#/components/schemas/T0' } },
        [],
        Object.fromEntries(
          Array.from({ length: 30 }, (_, level) => {
            const next = { $ref: `#/components/schemas/T${level + 1}` };
            return [`T${level}`, { properties: { left: next, right: next } }];
          }),
        ),
      ],
    ],
    [
      'has 100,000 fields',
      'has more than 5000 parts',
      [Object.fromEntries(Array.from({ length: 100_000 }, (_, number) => [`f${number}`, text]))],
    ],
    [
      'has 100,000 alternatives',
      'has more than 5000 parts',
      [{ a: { anyOf: Array.from({ length: 100_000 }, () => text) } }],
    ],
    [
      'has 100,000 words',
      'has more than 5000 parts',
      [{ a: { enum: Array.from({ length: 100_000 }, (_, number) => `w${number}`) } }],
    ],
    [
      'is deep by lists',
      'is more than 64 levels deep',
      [{ a: nested(5_000, (items) => ({ type: 'array', items })) }],
    ],
    ['is deep by unions', 'is more than 64 levels deep', [{ a: nested(5_000, (one) => ({ anyOf: [one] })) }]],
    ['is deep by allOf', 'is more than 64 levels deep', [{ a: nested(5_000, (one) => ({ allOf: [one] })) }]],
    [
      'is deep by objects',
      'is more than 64 levels deep',
      [{ a: nested(5_000, (a) => ({ properties: { a } })) }],
    ],
    ['has a name with an escape', 'names a field that cannot be printed', [{ 'a\u001b[2J': text }]],
    ['has an endless name', 'names a field that cannot be printed', [{ ['a'.repeat(10_000)]: text }]],
  ])('%s', (_, why, [properties, required, types]) => {
    const document = documentOf({ image_url, ...properties }, required, types);
    const began = performance.now();
    expect(() => schemaModel(ENDPOINT, document, SOURCE)).toThrow(
      `${ENDPOINT} cannot be used: its schema ${why}. Nothing was sent.`,
    );
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test.each<[unknown]>([
    [null],
    [1],
    ['text'],
    [[]],
    [{}],
    [{ paths: null }],
    [{ paths: [] }],
    [{ paths: { [`/${ENDPOINT}`]: 'x' } }],
    [
      {
        paths: {
          [`/${ENDPOINT}`]: { post: { requestBody: { content: { 'application/json': { schema: 1 } } } } },
        },
      },
    ],
    [{ error: { code: 'expansion_failed' } }],
  ])('%j', (document) => {
    expect(() => schemaModel(ENDPOINT, document, SOURCE)).toThrow(`${ENDPOINT} cannot be used: `);
  });

  it('even if its name is one of every object', () => {
    for (const id of ['constructor', '__proto__', 'toString']) {
      expect(() => schemaModel(id, documentOf({ image_url }), SOURCE)).toThrow(
        'the document does not describe it',
      );
      expect(() =>
        modelOf({ image_url, a: { $ref: `#/components/schemas/${id}` } }, ['image_url']),
      ).not.toThrow();
    }
  });
});

test('a document of 10 MB is read in time, and its sentences are cut', () => {
  const long = 'Only used if up to 1 image is set. '.repeat(30_000);
  const properties = Object.fromEntries(
    Array.from({ length: 10 }, (_, number) => [
      `field_${number}`,
      { type: 'string', description: long, default: long },
    ]),
  );
  const list = { type: 'array', items: text, description: long };
  const document = JSON.parse(JSON.stringify(documentOf({ image_urls: list, ...properties }))) as unknown;
  const began = performance.now();
  const model = schemaModel(ENDPOINT, document, SOURCE);
  const lines = detailLines(model).join('\n');
  const notes = model.notesFor?.({ field_0: 'x' }).join('\n') ?? '';
  expect(performance.now() - began).toBeLessThan(2_000);
  expect([lines.length < 200_000, notes.length < 10_000]).toEqual([true, true]);
});

test('a field whose name every object has cannot be set, and is in the way of none', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  const model = modelOf(
    {
      image_url,
      ...Object.fromEntries(names.map((name) => [name, { type: 'integer' }])),
      inner: { properties: { a: text, ...Object.fromEntries(names.map((name) => [name, text])) } },
      ['__proto__']: { type: 'string' },
    },
    ['image_url'],
  );
  expect(model.input.safeParse({ image_url: 'a' }).success).toBe(true);
  expect(describeFields(model).map(({ field }) => field.name)).toEqual(['image_url', 'inner']);
  for (const key of [
    '__proto__',
    '__proto__.polluted',
    'inner.__proto__.polluted',
    'inner.ghost',
    'isPrototypeOf',
  ]) {
    expect(() => parseSetFields(model, [`${key}=1`]), key).toThrow('has no field');
  }
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
});

test('a free object takes any name without a prototype changing', () => {
  const model = modelOf({ image_url, free: { type: 'object' } });
  const set = parseSetFields(model, ['free={"__proto__": {"polluted": 1}, "constructor": 2}']);
  expect(JSON.stringify(set)).toBe('{"free":{"__proto__":{"polluted":1},"constructor":2}}');
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
});

/** Every control character but newline and tab, and changes of reading direction. */
function hostile(printed: string): string[] {
  return printed.match(/(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu) ?? [];
}

test('no text of a document carries a control character or changes the reading direction', () => {
  const bad = 'x\u001b[31m\u0007\u009b2J\u202e\u2066y\r\n\ttwo\u0000';
  const model = modelOf(
    {
      image_url: { type: 'string', description: bad, title: bad },
      prompt: { type: 'string', default: bad, examples: [bad] },
      strength: { type: 'number', description: `Only used if ${bad}.` },
      words: { enum: ['fine', bad], description: `${bad} is ignored.`, title: bad, default: bad },
      weight: { type: 'number', default: { [bad]: [bad] } },
      inner: { properties: { a: { type: 'string', description: `Deprecated ${bad}` } }, title: bad },
      needed: { type: 'string', examples: [bad], limit_description: bad },
      image_size: { anyOf: [{ enum: [bad, 'auto'] }, { properties: { width: text, height: text } }] },
    },
    ['image_url', 'needed', 'words'],
  );
  const sent = { strength: 1, words: 'fine', inner: { a: 'b' } };
  const printed = [
    model.purpose,
    model.example,
    ...detailLines(model),
    ...(model.notesFor?.(sent) ?? []),
    ...describeFields(model).flatMap(({ field, flag, allowed: values }) => [
      field.about,
      field.title,
      flag,
      values,
    ]),
    allowed(model.input),
    ...(model.sizes?.words ?? []),
  ];
  expect(printed.flatMap(hostile)).toEqual([]);
  expect(model.notesFor?.(sent)).toHaveLength(3);
});

/** Parts that no schema should have there. */
const junk = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  fc.constantFrom<unknown>(
    { $ref: '#/components/schemas/Image' },
    { $ref: '#' },
    { $ref: '#/paths' },
    { $ref: 'https://evil.example/x.json' },
    { $ref: 7 },
    { anyOf: [] },
    { anyOf: [null, 1, { type: 'array' }] },
    { allOf: [{ type: 'object' }, { type: 'string' }] },
    { enum: [null] },
    { type: ['object', 'array', 'null', 7] },
    { type: 'array', items: [{}], minItems: 1e9, maxItems: -1, uniqueItems: true },
    { type: 'number', minimum: 5, maximum: 1, multipleOf: -1 },
    { type: 'integer', exclusiveMinimum: true, exclusiveMaximum: 'x' },
    { type: 'object', properties: [], additionalProperties: 1, required: 'all' },
    { nullable: 'yes', const: null },
  ),
);

test('a document that is broken anywhere makes a model or a clear error, never anything else', () => {
  const documents = documentsIn(FIXTURES).filter(({ endpoint }) => /relight|compose|brush/.test(endpoint));
  const broken = fc
    .tuple(fc.constantFrom(...documents), fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 4 }))
    .map(([{ endpoint, openapi }, changes]) => {
      const copy = structuredClone(openapi) as Record<string, unknown>;
      for (const [number, value] of changes) breakAt(copy, number, structuredClone(value));
      return { endpoint, copy };
    });
  fc.assert(
    fc.property(broken, ({ endpoint, copy }) => {
      let model;
      try {
        model = schemaModel(endpoint, copy, SOURCE);
      } catch (error) {
        expect(error).toBeInstanceOf(FalEditError);
        return;
      }
      expect(inputJsonSchema(model)).toBeTypeOf('object');
      expect(detailLines(model).length).toBeGreaterThan(5);
      expect(model.input.safeParse({ image_url: 7, prompt: null, x: [] }).success).toBe(false);
      model.notesFor?.({ image_url: 'a', mask_url: 'b', controlnets: [{}], loras: [null] });
    }),
    { numRuns: process.env['EVERY_STEP'] === '1' ? 20_000 : 500 },
  );
}, 120_000);

/** Puts a value into one of the positions inside. */
function breakAt(document: Record<string, unknown>, number: number, value: unknown): void {
  const positions: [Record<string, unknown>, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      positions.push([node as Record<string, unknown>, key]);
      walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(document);
  const [node, key] = positions[number % positions.length] ?? [document, 'paths'];
  node[key] = value;
}
