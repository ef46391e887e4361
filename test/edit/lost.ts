import { expect } from 'vitest';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { jobsIn, stateIn } from '../support/ledger.js';
import { sandbox, type TestSandbox, type TestSandboxSettings } from '../support/sandbox.js';
import { editCat } from './harness.js';

/** A picture that fal fetches by itself: the submit is the first request that counts. */
export const REMOTE = 'https://example.com/photo.png';
export const FAL_KEY = 'test-id:test-secret';

/** How many edits fal took, and how often a submit was sent. */
export function seenBy(fal: TestSandbox): { accepted: number; posts: number } {
  const { accepted, requests } = fal.ledger();
  return { accepted: accepted.length, posts: requests.by_role.submit ?? 0 };
}

/** What the ledger says of each edit of a folder, oldest first. */
export async function statesIn(cwd: string): Promise<string[]> {
  return (await jobsIn(stateIn(cwd))).map(({ state }) => state);
}

/** fal has the result, and it does not get here. */
export const NO_RESULT: Toxic = { type: 'status', on: 'result', code: 429 };
/** The result is here, its pictures are not to be had. */
export const NO_FILE: Toxic = { type: 'status', on: 'file', code: 404 };

/** An edit that fal took and that did not come home, and a fal without the trouble that kept it. */
export async function cutOff(settings: TestSandboxSettings = { toxics: [NO_RESULT] }, ...flags: string[]) {
  const fal = await sandbox(settings);
  const { code, cwd } = await editCat({ env: fal.env }, '--timeout', '500ms', ...flags);
  expect(code).toBe(7);
  fal.clearToxics();
  return { fal, cwd, requestId: fal.ledger().accepted[0]!.request_id };
}
