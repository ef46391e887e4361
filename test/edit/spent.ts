import { expect } from 'vitest';
import type { TestSandbox } from '../support/sandbox.js';

/** Of one picture of at most a megapixel, in dollars (fal-api.md 1.1). */
export const PRICE = 0.075;

/** It was refused, and fal was asked for nothing but the price. */
export function expectNothingSent(fal: TestSandbox, before = { pricing: 0, total: 0 }): void {
  const { total, by_role: roles } = fal.ledger().requests;
  expect(total - before.total, JSON.stringify(roles)).toBe((roles.pricing ?? 0) - before.pricing);
}

/** How much fal was asked so far. */
export const counts = (fal: TestSandbox) => {
  const { total, by_role: roles } = fal.ledger().requests;
  return { total, pricing: roles.pricing ?? 0 };
};
