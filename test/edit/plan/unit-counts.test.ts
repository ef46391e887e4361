import { describe, expect, test } from 'vitest';
import { countUnits } from '../../../src/edit/plan/unit-counts.js';
import type { BillableWork } from '../../../src/models/model.js';

const MEGA = { width: 1024, height: 1024 };
const FOUR = { width: 2048, height: 2048 };
const work = (changes: Partial<BillableWork> = {}): BillableWork => ({
  ...{ inputs: [MEGA], output: MEGA, numImages: 1, input: {} },
  ...changes,
});

describe('units that can be counted before an edit', () => {
  test.each<[string, Partial<BillableWork>, number]>([
    ['images', {}, 1],
    ['Images ', { numImages: 3 }, 3],
    ['image', { numImages: 2, input: { max_images: 4 } }, 8],
    ['images', { numImages: 2, input: { max_images: '4' } }, 2],
    ['requests', { numImages: 3 }, 1],
    ['generations', {}, 1],
    ['1', {}, 1],
    ['', {}, 1],
    ['megapixels', { output: FOUR, numImages: 2 }, 8],
    ['megapixels', { inputs: [undefined] }, 1],
    ['processed megapixels', { output: FOUR, inputs: [MEGA, FOUR] }, 9],
    ['processed  megapixel', {}, 2],
  ])('%j of %j: %d', (unit, changes, units) => {
    expect(countUnits(unit, work(changes)).units).toBe(units);
  });

  test('always with a word about extras, and about several pictures of one request', () => {
    expect(countUnits('images', work())).toMatchObject({ assumptions: [/may bill more/].map(matching) });
    expect(countUnits('requests', work({ numImages: 2 }))).toMatchObject({
      assumptions: [/however many/, /may bill more/].map(matching),
    });
  });
});

describe('units that cannot', () => {
  test.each<[string, Partial<BillableWork>, string]>([
    ['compute seconds', {}, 'billed by the compute second'],
    ['seconds', {}, 'billed by the second'],
    ['units', {}, 'billed by the unit'],
    ['credits', {}, 'billed by the credit'],
    ['1000 tokens', {}, 'billed in "1000 tokens"'],
    ['\u001b[31m', {}, 'billed in "\\u001b[31m"'],
    ['x'.repeat(99), {}, `billed in "${'x'.repeat(40)}"`],
    [
      'megapixels',
      { output: undefined },
      'billed by the megapixel, and not all sizes are known before the edit',
    ],
    [
      'processed megapixels',
      { inputs: [MEGA, undefined] },
      'billed by the processed megapixel, and not all sizes are known before the edit',
    ],
  ])('%j of %j', (unit, changes, why) => {
    expect(countUnits(unit, work(changes))).toEqual({ unknown: why });
  });
});

function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
