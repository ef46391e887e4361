import { expect, test } from 'vitest';
import { jobKey } from '../../../src/sandbox/queue/job-key.js';
import { sandbox as testSandbox } from '../../support/sandbox.js';
import { DOT, FLUX_2, GENERAL, ask, quickSandbox, submit } from '../fal.js';

const input = { prompt: 'a dot', image_url: DOT, seed: 1, loras: [{ path: 'p', scale: 1 }] };
const SUBMIT = `https://queue.fal.run/${GENERAL}`;

test('the order of the keys does not matter, at any depth', () => {
  const turned = { loras: [{ scale: 1, path: 'p' }], seed: 1, image_url: DOT, prompt: 'a dot' };
  expect(jobKey(GENERAL, turned)).toBe(jobKey(GENERAL, input));
  expect(jobKey(GENERAL, input)).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['the endpoint', FLUX_2, input],
  ['a value', GENERAL, { ...input, seed: 2 }],
  ['a type', GENERAL, { ...input, seed: '1' }],
  ['a nested value', GENERAL, { ...input, loras: [{ path: 'p', scale: 2 }] }],
  ['one field more', GENERAL, { ...input, strength: 0.5 }],
])('%s makes another job', (_, endpoint, other) => {
  expect(jobKey(endpoint, other)).not.toBe(jobKey(GENERAL, input));
});

test('the order of a list matters, and a key named __proto__ counts', () => {
  expect(jobKey('x', { urls: ['a', 'b'] })).not.toBe(jobKey('x', { urls: ['b', 'a'] }));
  const strange = (value: number): unknown => JSON.parse(`{"__proto__": {"a": ${value}}}`);
  expect(jobKey('x', strange(1))).not.toBe(jobKey('x', strange(2)));
});

test('accepted submits are counted by job', async () => {
  const sandbox = await quickSandbox();
  expect(sandbox.ledger()).toMatchObject({ jobs: {}, duplicates: 0 });
  for (const seed of [1, 2, 1, 1]) await submit(sandbox, GENERAL, { ...input, seed });
  const { accepted, jobs, duplicates } = sandbox.ledger();
  const [one, two] = [1, 2].map((seed) => jobKey(GENERAL, { ...input, seed }));
  expect(accepted.map(({ job }) => job)).toEqual([one, two, one, one]);
  expect(jobs).toEqual({ [one!]: 3, [two!]: 1 });
  expect(duplicates).toBe(2);
});

test('a submit that was refused, or never acted on, is no duplicate', async () => {
  const sandbox = await quickSandbox();
  await submit(sandbox, GENERAL, input);
  sandbox.addToxic({ type: 'status', on: 'submit', code: 503, times: 1 });
  expect((await ask(sandbox, 'POST', SUBMIT, input)).status).toBe(503);
  sandbox.addToxic({ type: 'fin', on: 'submit', stream: 'upstream', times: 1 });
  await expect(ask(sandbox, 'POST', SUBMIT, input)).rejects.toThrow();
  expect(sandbox.ledger().duplicates).toBe(0);
});

test('a test that is about duplicates says how many it ends with', async () => {
  const sandbox = await testSandbox({ duplicatesExpected: 1 });
  await submit(sandbox, GENERAL, input);
  await submit(sandbox, GENERAL, input);
  expect(sandbox.ledger().duplicates).toBe(1);
});
