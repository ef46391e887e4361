/*
 * What holds after every test in the repo, whatever it is about (vitest.config.ts). A sandbox of the test's own is
 * looked at when it closes (./sandbox.ts), and a folder when it goes away (./temp-dir.ts); here are those that
 * several tests share.
 */
import { afterEach, expect } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';

const watched = new Set<Sandbox>();

/** Has a sandbox that several tests share looked at after each of them. */
export function watch(sandbox: Sandbox): Sandbox {
  watched.add(sandbox);
  return sandbox;
}

afterEach(() => {
  for (const sandbox of watched) {
    const { duplicates, unhandled } = sandbox.ledger();
    expect(unhandled, 'requests that fal has no route for').toEqual([]);
    expect(duplicates, 'accepted submits beyond the first of their job').toBe(0);
  }
});
