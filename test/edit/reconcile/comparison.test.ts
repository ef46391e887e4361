import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareInputs, type Comparison } from '../../../src/edit/reconcile/comparison.js';

const SENT = {
  prompt: 'a watercolor',
  image_url: 'https://v3.fal.media/cat.png',
  strength: 0.6,
  image_strength: 0.6,
  loras: [{ path: 'owner/a', scale: 0.5 }, { path: 'owner/b' }],
  image_size: { width: 512, height: 768 },
  seed: 7,
};
const ALIASES = [['prompt'], ['strength', 'image_strength']];
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(SENT).filter(([name]) => !names.includes(name)));

const CASES: [what: string, kept: Record<string, unknown> | undefined, expected: Comparison][] = [
  ['as it was sent', SENT, 'same'],
  ['its keys in another order', Object.fromEntries(Object.entries(SENT).reverse()), 'same'],
  ['defaults added', { ...SENT, num_images: 1, negative_prompt: '' }, 'same'],
  [
    'defaults added within',
    {
      ...SENT,
      loras: [
        { ...SENT.loras[0], force: false },
        { path: 'owner/b', scale: 1 },
      ],
    },
    'same',
  ],
  ['an alias dropped, its value kept under the other name', without('image_strength'), 'same'],
  ['another seed', { ...SENT, seed: 8 }, 'other'],
  ['another prompt', { ...SENT, prompt: 'a watercolor ' }, 'other'],
  ['a number as a text', { ...SENT, seed: '7' }, 'other'],
  ['a value that is null', { ...SENT, strength: null }, 'other'],
  ['a list that is longer', { ...SENT, loras: [...SENT.loras, { path: 'owner/c' }] }, 'other'],
  ['a list that is shorter', { ...SENT, loras: SENT.loras.slice(1) }, 'other'],
  ['a list in another order', { ...SENT, loras: [...SENT.loras].reverse() }, 'other'],
  ['an object with another value', { ...SENT, image_size: { width: 512, height: 512 } }, 'other'],
  ['a preset in place of an object', { ...SENT, image_size: 'square' }, 'other'],
  ['an object in place of a list', { ...SENT, loras: { 0: SENT.loras[0], 1: SENT.loras[1] } }, 'other'],
  ['the other alias with another value', { ...without('image_strength'), strength: 0.7 }, 'other'],
  ['one field missing', without('seed'), 'unclear'],
  ['one field missing within', { ...SENT, image_size: { width: 512 } }, 'unclear'],
  ['both aliases missing', without('strength', 'image_strength'), 'unclear'],
  ['one field missing and another changed', { ...without('seed'), prompt: 'x' }, 'other'],
  ['nothing in it', {}, 'unclear'],
  ['nothing kept', undefined, 'unclear'],
];

test.each(CASES)('%s', (_, kept, expected) => {
  expect(compareInputs(SENT, kept, ALIASES)).toBe(expected);
});

test('without aliases each field is needed', () => {
  expect(compareInputs(SENT, without('image_strength'))).toBe('unclear');
});

test('an input without fields is like nothing', () => {
  expect(compareInputs({}, SENT)).toBe('unclear');
});

test('what every object inherits is no field', () => {
  expect(compareInputs({ toString: 'x' }, {})).toBe('unclear');
  expect(compareInputs({ a: { constructor: 'x' } }, { a: {} })).toBe('unclear');
});

describe('of any input', () => {
  const input = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 6 });

  test('key order and added defaults do not matter', () => {
    fc.assert(
      fc.property(input, fc.infiniteStream(fc.nat()), (sent, random) => {
        expect(compareInputs(sent, shuffledWithDefaults(sent, random) as Record<string, unknown>)).toBe(
          'same',
        );
      }),
    );
  });

  test('any changed value makes it another one', () => {
    fc.assert(
      fc.property(input, fc.nat(), (sent, pick) => {
        const places = leaves(sent);
        const place = places[pick % places.length]!;
        const changed = withLeaf(sent, place, (value) => `changed ${JSON.stringify(value)}`);
        expect(compareInputs(sent, changed as Record<string, unknown>)).toBe('other');
      }),
    );
  });

  test('any missing field makes it unclear', () => {
    fc.assert(
      fc.property(input, fc.nat(), (sent, pick) => {
        const names = Object.keys(sent);
        const gone = names[pick % names.length]!;
        const kept = Object.fromEntries(Object.entries(sent).filter(([name]) => name !== gone));
        expect(compareInputs(sent, kept)).toBe('unclear');
      }),
    );
  });
});

type Place = (string | number)[];

function shuffledWithDefaults(value: unknown, random: fc.Stream<number>): unknown {
  const next = () => random.next().value as number;
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).map(([name, item]) => [name, visit(item)] as const);
    const unknown = `default ${Object.keys(part).join()}`;
    const all = [...entries, [unknown, next()] as const];
    const ranked = all.map((entry) => ({ entry, rank: next() }));
    return Object.fromEntries(ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry));
  };
  return visit(value);
}

/** The places of all values that hold no others. */
function leaves(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : Object.entries(value);
  return entries.length === 0 ? [place] : entries.flatMap(([name, item]) => leaves(item, [...place, name]));
}

function withLeaf(value: unknown, [name, ...rest]: Place, change: (leaf: unknown) => unknown): unknown {
  if (name === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === name ? withLeaf(item, rest, change) : item));
  }
  return Object.fromEntries(
    Object.entries(value as object).map(([key, item]) => [
      key,
      key === name ? withLeaf(item, rest, change) : item,
    ]),
  );
}
