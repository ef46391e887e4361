import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isInShard, keyOf, seedOf, wishOf } from '../../src/batch/identity.js';
import type { Attachment } from '../../src/edit/attachments.js';
import { MODELS } from '../../src/models/registry.js';

const [GENERAL, FLUX_2] = [MODELS[0], MODELS[1]!];

/** A file of the input, by its bytes. */
function file(path: Attachment['path'], sha256: string, named = 'cat.png'): Attachment {
  return {
    ...{ path, flag: '--image', label: named, name: named, size: undefined, warnings: [] },
    converted: undefined,
    upload: {
      ...{ sha256, contentType: 'image/png', fileName: named, bytes: 9 },
      blob: () => Promise.reject(new Error('nobody has asked for the bytes')),
    },
  };
}

const CAT = 'ca7'.repeat(20);
const DOG = 'd06'.repeat(20);

const BASE = {
  model: GENERAL,
  input: { prompt: 'snow', image_url: 'cat.png', loras: [{ path: 'owner/style', scale: 0.5 }], seed: 7 },
  attachments: [file(['image_url'], CAT)],
  seedIsOurs: true,
};

type Wish = Parameters<typeof wishOf>[0];

const wished = (changes: Partial<Wish>): string => wishOf({ ...BASE, ...changes });
const withInput = (more: Record<string, unknown>): Partial<Wish> => ({ input: { ...BASE.input, ...more } });

describe('What a row asks for', () => {
  const same: [string, Partial<Wish>][] = [
    ['its file has another name', { ...withInput({ image_url: 'photos/other.jpg' }) }],
    [
      'the file is called otherwise where it is shown',
      { attachments: [file(['image_url'], CAT, 'dog.png')] },
    ],
    ['we have chosen another seed', withInput({ seed: 8 })],
  ];
  test.each(same)('is the same where %s', (_, changes) => {
    expect(wished(changes)).toBe(wished({}));
  });

  const other: [string, Partial<Wish>][] = [
    ['the endpoint', { model: FLUX_2 }],
    ['the prompt', withInput({ prompt: 'snow ' })],
    ['a field that was not there', withInput({ strength: 0.85 })],
    ['a value deep within', withInput({ loras: [{ path: 'owner/style', scale: 0.6 }] })],
    ['a list with one thing more', withInput({ loras: [...BASE.input.loras, { path: 'owner/style' }] })],
    ['the bytes of a picture', { attachments: [file(['image_url'], DOG)] }],
    ['a seed that the user named', { seedIsOurs: false }],
    ['another seed that the user named', { seedIsOurs: false, ...withInput({ seed: 8 }) }],
    ['a text in the place of a number', withInput({ strength: '0.85' })],
  ];
  test.each(other)('is another with %s', (_, changes) => {
    const wishes = other.map(([, each]) => wished(each));
    expect(new Set([...wishes, wished({})]).size).toBe(other.length + 1);
    expect(wished(changes)).not.toBe(wished({}));
  });

  it('is by address where fal fetches the picture itself', () => {
    const at = (url: string): string => wished({ ...withInput({ image_url: url }), attachments: [] });
    expect(at('https://example.com/a.png')).toBe(at('https://example.com/a.png'));
    expect(at('https://example.com/a.png')).not.toBe(at('https://example.com/b.png'));
  });

  it('does not mix up the pictures of one row', () => {
    const pair = (first: string, second: string): string =>
      wishOf({
        model: FLUX_2,
        input: { prompt: 'snow', image_urls: ['1.png', '2.png'], seed: 7 },
        attachments: [file(['image_urls', 0], first), file(['image_urls', 1], second)],
        seedIsOurs: true,
      });
    expect(pair(CAT, DOG)).not.toBe(pair(DOG, CAT));
  });

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (set) => {
        expect(wished(withInput({ set: reversed(set) }))).toBe(wished(withInput({ set })));
      }),
    );
  });
});

/** The same value, with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const turned = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value).reverse()) turned[key] = reversed(item);
  return turned;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const wish = fc.nat().map((number) => sha256(String(number)));
const ordinal = fc.nat(1_000_000);

describe('A key', () => {
  it('is hexadecimal, and the same each time', () => {
    fc.assert(
      fc.property(wish, ordinal, (asked, before) => {
        expect(keyOf(asked, before)).toMatch(/^[0-9a-f]{64}$/);
        expect(keyOf(asked, before)).toBe(keyOf(asked, before));
      }),
    );
  });

  it('stays what it is: all that was ever paid for is found by it', () => {
    const asked = `["fal-ai/flux-general/image-to-image",{"image_url":"${CAT}","loras":[{"path":"owner/style","scale":0.5}],"prompt":"snow"}]`;
    expect(wished({})).toBe(sha256(asked));
    expect(keyOf(sha256(asked), 3)).toBe(sha256(`${sha256(asked)} 3`));
    const start = parseInt(sha256(`${keyOf(wished({}), 0)} 2`).slice(0, 8), 16);
    expect(seedOf(keyOf(wished({}), 0), 2)).toBe(Math.floor(start / 2));
  });

  it('is another for each of the rows that ask for the same', () => {
    const keys = Array.from({ length: 1000 }, (_, before) => keyOf(wished({}), before));
    expect(new Set(keys).size).toBe(1000);
  });
});

describe('The seed of a row that names none', () => {
  it('is a whole number that fal takes, stable, and another one for each try', () => {
    fc.assert(
      fc.property(wish, fc.integer({ min: 1, max: 50 }), (key, attempt) => {
        const seed = seedOf(key, attempt);
        expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true);
        expect(seedOf(key, attempt)).toBe(seed);
        expect(seedOf(key, attempt + 1)).not.toBe(seed);
      }),
    );
  });

  it('uses the whole range', () => {
    const seeds = Array.from({ length: 2000 }, (_, index) => seedOf(keyOf(wished({}), index), 1));
    expect(Math.min(...seeds)).toBeLessThan(2 ** 31 / 100);
    expect(Math.max(...seeds)).toBeGreaterThan((2 ** 31 / 100) * 99);
    expect(seeds.filter((seed) => seed % 2 === 1).length).toBeGreaterThan(900);
  });
});

describe('A shard', () => {
  it('has every row in exactly one, stable', () => {
    fc.assert(
      fc.property(wish, fc.integer({ min: 1, max: 64 }), (key, count) => {
        const holders = Array.from({ length: count }, (_, index) => ({ index: index + 1, count })).filter(
          (shard) => isInShard(key, shard),
        );
        expect(holders).toHaveLength(1);
        expect(isInShard(key, holders[0]!)).toBe(true);
      }),
    );
  });

  test.each([2, 3, 7, 8, 16])('of %d has about as many rows as the others', (count) => {
    const keys = Array.from({ length: 1000 * count }, (_, index) => keyOf('a wish', index));
    for (let index = 1; index <= count; index++) {
      const { length } = keys.filter((key) => isInShard(key, { index, count }));
      expect(length).toBeGreaterThan(800);
      expect(length).toBeLessThan(1200);
    }
  });
});
