import { expect, test } from 'vitest';
import { estimate } from '../../../src/edit/plan/estimate.js';
import { MODELS } from '../../../src/models/registry.js';

const work = { inputs: [], output: { width: 1024, height: 1024 }, numImages: 2, input: {} };

test('a model without a price of our own is refused', () => {
  expect(() => estimate({ name: MODELS[0].name }, work, undefined)).toThrow(/is not known/);
  expect(estimate(MODELS[0], work, undefined).usd).toBe(0.15);
});
