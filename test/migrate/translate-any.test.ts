import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translate } from '../../src/migrate/translate.js';
import { MODELS } from '../../src/models/registry.js';
import { inputOf } from './arbitrary.js';

const PAIRS = MODELS.flatMap((from) =>
  MODELS.filter((to) => to !== from).map((to) => [from.name, to.name, from, to] as const),
);

describe.each(PAIRS)('%s to %s', (_, __, from, to) => {
  it('makes an input that the other model allows, and has a change for every field', () => {
    fc.assert(
      fc.property(inputOf(from), fc.boolean(), (input, keepLoras) => {
        const translated = translate(input, from, to, { keepLoras });
        expect(to.input.safeParse(translated.input).error).toBeUndefined();
        const told = translated.changes.map(({ field }) => field.replace(/[[.].*$/, ''));
        expect(told).toEqual(expect.arrayContaining(Object.keys(input)));
      }),
      { numRuns: 60 },
    );
  });

  it('there and back, keeps what both have', () => {
    fc.assert(
      fc.property(inputOf(from), (input) => {
        const there = translate(input, from, to, { keepLoras: true });
        const back = translate(there.input, to, from, { keepLoras: true });
        expect(from.input.safeParse(back.input).error).toBeUndefined();
        for (const { field, kind } of there.changes) {
          const [images] = from.fields.images ?? [];
          const isWhole = !there.changes.some((other) => other.field.startsWith(`${field}[`));
          if (kind === 'kept' && isWhole && !isCut(field, there.changes))
            expect(back.input[field]).toEqual(input[field]);
          if (field === images) expect([back.input[field]].flat()[0]).toBe([input[field]].flat()[0]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Of a list that is too long, only a part is kept. */
const isCut = (field: string, changes: readonly { field: string; kind: string }[]) =>
  changes.some((other) => other.field === field && other.kind === 'out_of_range');

it('survives any JSON at all in any field', () => {
  const [from, to] = MODELS as unknown as [(typeof MODELS)[0], (typeof MODELS)[0]];
  const names = fc.oneof(fc.constantFrom(...Object.keys(from.input.shape)), fc.string());
  fc.assert(
    fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 4 })), (garbage) => {
      const input = { ...garbage, prompt: 'x', image_url: 'https://example.com/a.png' };
      const translated = translate(input, from, to, { keepLoras: true });
      expect(to.input.safeParse(translated.input).error).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});
