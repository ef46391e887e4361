import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import type { Translation } from '../../src/migrate/field-change.js';
import { findFileFields } from '../../src/models/fields.js';
import type { Model } from '../../src/models/model.js';
import { isNeeded } from '../../src/migrate/required.js';
import { counterpartOf, isRequired } from '../../src/migrate/model-fields.js';
import { translate } from '../../src/migrate/translate.js';
import { MODELS } from '../../src/models/registry.js';
import { FALS_MODELS, OUR_MODELS } from './any-models.js';
import { inputOf } from './arbitrary.js';

type Input = Record<string, unknown>;

const pairsOf = (models: readonly Model[]) =>
  models.flatMap((from) =>
    models.filter((to) => to !== from).map((to) => [from.name, to.name, from, to] as const),
  );

/** A field name, without the part of its value that a change is about. */
const fieldOf = ({ field }: { field: string }) => field.replace(/[[.].*$/, '');

describe.each(pairsOf(MODELS))('%s to %s', (_, __, from, to) => {
  it('makes an input that the other model allows, and has a change for every field', () => {
    fc.assert(
      fc.property(inputOf(from), fc.boolean(), (input, keepLoras) => {
        expectWhole(translate(input, from, to, { keepLoras }), input, to);
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

function expectWhole({ input: own, changes }: Translation, input: Input, to: Model): void {
  expect(to.input.safeParse(own).error).toBeUndefined();
  expect(changes.map(fieldOf)).toEqual(expect.arrayContaining(Object.keys(input)));
  for (const { field, kind, to: target, why } of changes) {
    // Whatever differs from the value is explained.
    if (kind !== 'kept' || target === undefined || why !== undefined || !Object.hasOwn(input, field))
      continue;
    const isPart = changes.some((other) => other.field !== field && fieldOf(other) === field);
    if (!isPart && !isCut(field, changes)) expect(own[target]).toEqual(input[field]);
  }
}

const hasPicture = (input: Input, model: Model) =>
  findFileFields(model.input, input).some(({ role }) => role === 'picture');

/** A request with what its user has to add: fields that only the other model must have. */
const requestFor = (from: Model, to: Model) =>
  fc
    .tuple(inputOf(from), inputOf(to))
    .map(([input, other]): Input => ({
      ...input,
      ...Object.fromEntries(Object.entries(other).filter(([field]) => isNeeded(field, from, to))),
    }))
    .filter((input) => hasPicture(input, from));

/** Translates, or names what is missing. */
function tryPair(from: Model, to: Model, numRuns: number): void {
  fc.assert(
    fc.property(requestFor(from, to), fc.boolean(), (input, keepLoras) => {
      try {
        const translated = translate(input, from, to, { keepLoras });
        expectWhole(translated, input, to);
        expect(hasPicture(translated.input, to)).toBe(true);
      } catch (error) {
        if (!(error instanceof FalEditError)) throw error;
        expect(error.kind).toBe('input');
        for (const { field } of error.problems ?? []) expect(isWanted(field ?? '', from, to)).toBe(true);
        expect(error.problems).not.toHaveLength(0);
      }
    }),
    { numRuns },
  );
}

function isWanted(field: string, from: Model, to: Model): boolean {
  const target = counterpartOf(field, from, to) ?? field;
  return isRequired(to, target) || hasPicture({ [target]: 'x' }, to) || hasPicture({ [target]: ['x'] }, to);
}

describe('with models of any schema, a request becomes valid, or what it lacks is named', () => {
  it.each(pairsOf([...OUR_MODELS, ...MODELS].filter((model) => model.name !== 'flux-2-edit')))(
    '%s to %s',
    (_, __, from, to) => tryPair(from, to, 12),
  );
});

describe.skipIf(FALS_MODELS.length === 0)("with fal's own documents (skipped where they are absent)", () => {
  const count = FALS_MODELS.length;
  const pairs = FALS_MODELS.flatMap((from, index) =>
    [1, 7, 31].map((step): [string, string, Model, Model] => {
      const to = FALS_MODELS[(index * 3 + step) % count] ?? from;
      return [from.name, to.name, from, to];
    }),
  ).filter(([, , from, to]) => from !== to);
  it.each(pairs)('%s to %s', (_, __, from, to) => tryPair(from, to, 4), 30_000);
});

it('survives any JSON at all in any field', () => {
  const general = MODELS[0];
  for (const [from, to] of [
    [general, MODELS[1]],
    ...OUR_MODELS.flatMap((model) => [
      [model, general],
      [general, model],
    ]),
  ] as [Model, Model][]) {
    const names = fc.oneof(fc.constantFrom(...Object.keys(from.input.shape)), fc.string());
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 4 })), (garbage) => {
        const picture = from.pictures === 'list' ? ['https://a/b.png'] : 'https://a/b.png';
        const own = Object.fromEntries(
          Object.entries({ prompt: 'xyz', images: picture }).flatMap(([key, value]) => {
            const [field] = from.fields[key as 'prompt' | 'images'] ?? [];
            return field === undefined ? [] : [[field, value]];
          }),
        ) as Input;
        try {
          const translated = translate({ ...garbage, ...own }, from, to, { keepLoras: true });
          expect(to.input.safeParse(translated.input).error).toBeUndefined();
        } catch (error) {
          if (!(error instanceof FalEditError)) throw error;
          expect(to.schema ?? from.schema).toBeDefined();
        }
      }),
      { numRuns: to === MODELS[1] ? 150 : 20 },
    );
  }
});
