import { expect } from 'vitest';
import type { SandboxPrice } from '../../src/sandbox/documents/document.js';
import { sandbox, type TestSandbox, type TestSandboxSettings } from './sandbox.js';
import { schemaOf } from './schemas.js';

/** A model that only its schema describes: it takes a prompt and pictures, and has a seed. */
export const UNLISTED = 'acme/paint/edit';

/** What the sandbox bills by this unit is one for each picture; nobody can know that before. */
export const CREDITS: SandboxPrice = { unitPrice: 0.05, unit: 'credits' };

/** Settings of a local fal that has this model too, at that price; without one, fal publishes none. */
export function withUnlisted(price?: SandboxPrice): TestSandboxSettings {
  const document = { endpoint: UNLISTED, openapi: schemaOf(UNLISTED) };
  return { documents: [price === undefined ? document : { ...document, price }] };
}

export function sandboxWithUnlisted(price?: SandboxPrice): Promise<TestSandbox> {
  return sandbox(withUnlisted(price));
}

/** fal was asked for nothing but the model's schema and its prices. */
export function expectOnlyQuestions({ ledger }: Pick<TestSandbox, 'ledger'>): void {
  const { total, by_role: roles } = ledger().requests;
  expect(total, JSON.stringify(roles)).toBe((roles.pricing ?? 0) + (roles.models ?? 0));
}
