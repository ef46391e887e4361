import { expect, onTestFinished } from 'vitest';
import { startSandbox, type Sandbox, type SandboxSettings } from '../../src/sandbox/server.js';

/** What every run against the sandbox needs to reach it. */
export interface TestSandbox extends Sandbox {
  /** FAL_PROXY_URL and FAL_KEY. */
  env: Record<string, string>;
}

export interface TestSandboxSettings extends SandboxSettings {
  /** How many accepted submits beyond the first of their job the test ends with; 0 unless the test is about that. */
  duplicatesExpected?: number;
}

/**
 * A local fal of the running test's own, quick unless told otherwise. When the test ends, it must have accepted
 * no edit twice and seen no request that fal has no route for.
 */
export async function sandbox(options: TestSandboxSettings = {}): Promise<TestSandbox> {
  const { duplicatesExpected = 0, ...settings } = options;
  const server = await startSandbox({ queueMs: 5, inferenceMs: 20, ...settings });
  onTestFinished(async () => {
    await server.close();
    expectEachOnce(server, duplicatesExpected);
  });
  return { ...server, env: { FAL_PROXY_URL: server.proxyUrl, FAL_KEY: 'test-id:test-secret' } };
}

/** What holds of every fal when a test ends, also of one that several tests share. */
export function expectEachOnce({ ledger }: Pick<Sandbox, 'ledger'>, duplicatesExpected = 0): void {
  const { duplicates, unhandled } = ledger();
  expect(unhandled, 'requests that fal has no route for').toEqual([]);
  // The seed is chosen anew for each edit, so that equal inputs are the same edit.
  expect(duplicates, 'accepted submits beyond the first of their job').toBe(duplicatesExpected);
}
