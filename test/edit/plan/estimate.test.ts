import { describe, expect, it, test } from 'vitest';
import {
  assuming,
  estimate,
  refuseUnpriced,
  type Estimate,
  type KnownPrices,
} from '../../../src/edit/plan/estimate.js';
import type { Caps } from '../../../src/ledger/spending.js';
import { MODELS } from '../../../src/models/registry.js';

const readAt = Date.UTC(2026, 9, 1);
const work = { inputs: [], output: { width: 1024, height: 1024 }, numImages: 2, input: {} };

/** By a model whose price only fal knows. */
function byFal(prices: KnownPrices): Estimate {
  return estimate({}, work, prices);
}

describe('the grade of an estimate', () => {
  test.each<[string, KnownPrices, Partial<Estimate>]>([
    [
      'a price of a picture',
      { current: { unitUsd: 0.04, unit: 'images', readAt } },
      { grade: 'calculated', usd: 0.08, units: 2, each: 'a picture', priceDate: '2026-10-01' },
    ],
    [
      'a time',
      { current: { unitUsd: 0.00167, unit: 'compute seconds', readAt } },
      { grade: 'unknown', usd: undefined, unitUsd: 0.00167, unknown: 'billed by the compute second' },
    ],
    [
      'a time, with a history',
      {
        current: { unitUsd: 0.00167, unit: 'compute seconds', readAt },
        past: { callUsd: 0.011, readAt },
      },
      { grade: 'history', usd: 0.022, unitUsd: 0.00167, unknown: 'billed by the compute second' },
    ],
    [
      'a placeholder',
      { current: { unitUsd: 0.00017, unit: 'images', readAt } },
      { grade: 'unknown', usd: undefined, unknown: 'a unit price of $0.00017 is a placeholder' },
    ],
    [
      'a placeholder far below a cent',
      { current: { unitUsd: 7e-8, unit: 'images', readAt } },
      { unknown: 'a unit price of $0.00000007 is a placeholder' },
    ],
    ['nothing', {}, { grade: 'unknown', usd: undefined, unknown: 'fal did not say its price' }],
    ['nothing, for a reason', { missing: 'no key' }, { grade: 'unknown', unknown: 'no key' }],
    [
      'nothing but a history',
      { missing: 'no key', past: { callUsd: 0.5, readAt } },
      { grade: 'history', usd: 1, unitUsd: undefined },
    ],
    [
      'the least price',
      { current: { unitUsd: 0.001, unit: 'images', readAt } },
      { grade: 'calculated', usd: 0.002 },
    ],
  ])('%s', (_, prices, expected) => {
    expect(byFal(prices)).toMatchObject(expected);
  });

  it('is calculated for a listed model, from its own price if fal names no other', () => {
    const [model] = MODELS;
    expect(estimate(model, work, {})).toMatchObject({ grade: 'calculated', usd: 0.15 });
    const current = { unitUsd: 0.1, unit: 'megapixels', readAt };
    expect(estimate(model, work, { current })).toMatchObject({ grade: 'calculated', usd: 0.2 });
    // The adapter counts megapixels.
    const seconds = { unitUsd: 0.1, unit: 'compute seconds', readAt };
    expect(estimate(model, work, { current: seconds }).usd).toBe(0.15);
  });
});

describe('an assumption', () => {
  const assumption = { usd: 0.01, grade: 'assumed' } as const;

  it('stands in for an unknown cost', () => {
    expect(assuming(byFal({}), assumption)).toMatchObject({ usd: 0.01, grade: 'assumed' });
  });

  it('never replaces a known one', () => {
    const known = byFal({ current: { unitUsd: 0.04, unit: 'images', readAt } });
    const past = byFal({ past: { callUsd: 1, readAt } });
    expect([assuming(known, assumption), assuming(past, assumption)]).toEqual([known, past]);
    expect(assuming(byFal({}), undefined)).toEqual(byFal({}));
  });
});

describe('an unknown cost', () => {
  const unknown = byFal({ missing: 'no key' });

  test.each<[string, Caps]>([
    ['--max-cost', { maxCostUsd: 100 }],
    ['--daily-cap', { dailyCapUsd: 100 }],
  ])('is refused with %s', (flag, caps) => {
    expect(() => refuseUnpriced(unknown, caps, false)).toThrow(
      `${flag}: the cost of this edit is unknown: no key. Nothing was sent.`,
    );
  });

  it('is not refused without a cap, on the sandbox, or once a cost is assumed', () => {
    const caps = { maxCostUsd: 100 };
    const assumed = assuming(unknown, { usd: 0.1, grade: 'assumed' });
    expect(() => {
      refuseUnpriced(unknown, {}, false);
      refuseUnpriced(unknown, caps, true);
      refuseUnpriced(assumed, caps, false);
    }).not.toThrow();
  });
});
