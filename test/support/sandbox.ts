import { expect, onTestFinished } from 'vitest';
import { startSandbox, type Sandbox, type SandboxSettings } from '../../src/sandbox/server.js';

/** What every run against the sandbox needs to reach it. */
export interface TestSandbox extends Sandbox {
  /** FAL_PROXY_URL and FAL_KEY. */
  env: Record<string, string>;
}

/**
 * A local fal of the running test's own, quick unless told otherwise. When the test ends, it must have accepted
 * no edit twice and seen no request that fal has no route for.
 */
export async function sandbox(settings: SandboxSettings = {}): Promise<TestSandbox> {
  const server = await startSandbox({ queueMs: 5, inferenceMs: 20, ...settings });
  onTestFinished(async () => {
    const { accepted, unhandled } = server.ledger();
    await server.close();
    expect(unhandled, 'requests that fal has no route for').toEqual([]);
    // The seed is chosen anew for each edit, so that equal inputs are the same edit.
    const inputs = accepted.map(({ endpoint, input }) => `${endpoint} ${JSON.stringify(input)}`);
    expect(inputs.length, 'accepted submits, of which none twice').toBe(new Set(inputs).size);
  });
  return { ...server, env: { FAL_PROXY_URL: server.proxyUrl, FAL_KEY: 'test-id:test-secret' } };
}
