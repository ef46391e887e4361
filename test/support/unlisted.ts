import type { SandboxPrice } from '../../src/sandbox/documents/document.js';
import { addModel } from '../../src/models/registry.js';
import { schemaModel } from '../../src/models/schema/adapter.js';
import { sandbox, type TestSandbox, type TestSandboxSettings } from './sandbox.js';
import { schemaOf } from './schemas.js';

/** A model that only its schema describes: it takes a prompt and pictures, and has a seed. */
export const UNLISTED = 'acme/paint/edit';

/** What the sandbox bills by this unit is one for each picture; nobody can know that before. */
export const CREDITS: SandboxPrice = { unitPrice: 0.05, unit: 'credits' };

/** Settings of a local fal that has this model too, at that price; without one, fal publishes none. */
export function withUnlisted(price?: SandboxPrice): TestSandboxSettings {
  const openapi = schemaOf(UNLISTED);
  addModel(schemaModel(UNLISTED, openapi, { hash: 'h', readAt: Date.now(), origin: 'fal' }));
  return { documents: [{ endpoint: UNLISTED, openapi, ...(price === undefined ? {} : { price }) }] };
}

export function sandboxWithUnlisted(price?: SandboxPrice): Promise<TestSandbox> {
  return sandbox(withUnlisted(price));
}
