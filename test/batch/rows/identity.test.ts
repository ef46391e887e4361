import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isInShard, keyOf } from '../../../src/batch/rows/identity.js';
import { seedOf } from '../../../src/edit/plan/fingerprint.js';

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
    const key = keyOf(sha256('a wish'), 3);
    expect(key).toBe(sha256(`${sha256('a wish')} 3`));
    expect(seedOf(key, 2)).toBe(Math.floor(parseInt(sha256(`${key} 2`).slice(0, 8), 16) / 2));
  });

  it('is another for each of the rows that ask for the same', () => {
    const keys = Array.from({ length: 1000 }, (_, before) => keyOf('a wish', before));
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
    const seeds = Array.from({ length: 2000 }, (_, index) => seedOf(keyOf('a wish', index), 1));
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
