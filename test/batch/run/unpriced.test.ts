import { describe, expect, it } from 'vitest';
import { assumedTexts, UnpricedRows } from '../../../src/batch/run/unpriced.js';

const row = { endpoint: 'acme/paint', usd: 0, costGrade: 'unknown' } as const;
const bill = (billedUsd: number | undefined, costGrade: 'assumed' | 'calculated' = 'assumed') =>
  ({ endpoint: 'acme/paint', costGrade, billedUsd, charged: 'yes' }) as const;

describe('The cost of a row whose price is unknown', () => {
  it('is assumed, then the mean of the bills', () => {
    const unpriced = new UnpricedRows(0.1, false, []);
    expect(unpriced.mayCost(row)).toBe(0.1);
    unpriced.settle(bill(0.04));
    unpriced.settle(bill(0.08));
    expect([unpriced.mayCost(row), unpriced.assumptionFor('acme/paint')]).toEqual([
      0.06,
      { usd: 0.06, grade: 'measured' },
    ]);
    expect(unpriced.assumptionFor('acme/other')).toEqual({ usd: 0.1, grade: 'assumed' });
  });

  it('begins with the bills of earlier runs', () => {
    const unpriced = new UnpricedRows(undefined, false, [{ endpoint: 'acme/paint', edits: 3, usd: 0.3 }]);
    expect(unpriced.mayCost(row)).toBe(0.1);
  });

  it('does not learn from edits that were not billed, or whose price was known', () => {
    const unpriced = new UnpricedRows(0.1, false, []);
    unpriced.settle(undefined);
    unpriced.settle(bill(undefined));
    unpriced.settle(bill(5, 'calculated'));
    unpriced.settle({ ...bill(0), charged: 'no' });
    expect(unpriced.mayCost(row)).toBe(0.1);
  });

  it('is refused without an assumption, but for the sandbox', () => {
    expect(() => new UnpricedRows(undefined, false, []).mayCost(row)).toThrow(
      'The cost of 1 row is unknown: acme/paint. It was not sent.',
    );
    expect(new UnpricedRows(undefined, true, []).mayCost(row)).toBe(0);
  });

  it('is not touched where there is an estimate', () => {
    const unpriced = new UnpricedRows(0.01, false, []);
    expect(unpriced.mayCost({ ...row, usd: 0.5, costGrade: 'history' })).toBe(0.5);
    expect(unpriced.costs).toEqual([]);
  });
});

describe('The summary says', () => {
  const costs = (assumed: number | undefined, ...bills: number[]) => {
    const unpriced = new UnpricedRows(assumed, assumed === undefined, []);
    unpriced.mayCost(row);
    for (const usd of bills) unpriced.settle(bill(usd));
    return unpriced.costs;
  };

  it('what was assumed, and what was measured', () => {
    expect(assumedTexts(costs(0.1), false)).toEqual([
      'Price of acme/paint: unknown, assumed $0.10 an edit; fal has billed none yet.',
    ]);
    expect(assumedTexts(costs(0.1, 0.05), false)).toEqual([
      'Price of acme/paint: unknown, assumed $0.10 an edit, measured $0.05 (mean of 1 bill), which the caps went by from the first bill.',
    ]);
  });

  it('nothing of it on the sandbox', () => {
    expect(assumedTexts(costs(undefined, 0.05), true)).toEqual([]);
  });
});
