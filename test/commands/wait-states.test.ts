import { describe, expect, it } from 'vitest';
import type { JobState } from '../../src/ledger/job.js';
import { jobIn } from '../ledger/machine.js';
import { openLedgerIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';
import type { Document } from '../edit/harness.js';

/** What is said of a job that has nothing to be fetched: exit code, kind, and words. */
const ENDED: [JobState, number, string, RegExp][] = [
  ['planned', 2, 'input', /was never sent/],
  ['intent', 9, 'unknown', /may have been sent .*fal-edit reconcile j/s],
  ['unknown', 9, 'unknown', /may have been sent .*fal-edit reconcile j/s],
  ['rejected', 2, 'input', /was rejected by fal: refused/],
  ['failed', 1, 'failed', /request-\d+ failed: no/],
  ['moderated', 6, 'moderated', /content checker: blanked/],
  // The signal was for the run that sent it.
  ['cancelled', 1, 'failed', /was cancelled: stopped/],
];

describe.each(ENDED)('wait for one that is %s', (state, code, kind, words) => {
  it(`says so, and ends with ${code}, without the network and without a key`, async () => {
    const cwd = await tempDir();
    const { id } = jobIn(await openLedgerIn(stateIn(cwd)), state);
    const plain = await runCli(['wait', id], { cwd });
    expect({ code: plain.code, stdout: plain.stdout }, plain.stderr).toEqual({ code, stdout: '' });
    expect(plain.stderr).toMatch(words);
    const scripted = (await runCli(['wait', id, '--json'], { cwd })).json<Document>();
    expect(scripted).toMatchObject({ status: 'error', job: id, error: { kind } });
  });
});

it.each<[JobState, number, RegExp]>([
  ['planned', 7, /about to be sent by process/],
  ['intent', 9, /being sent right now by process/],
])('says who is at work on one that is %s and whose process lives', async (state, code, words) => {
  const cwd = await tempDir();
  const { id } = jobIn(await openLedgerIn(stateIn(cwd)), state);
  const result = await runCli(['wait', id], { cwd, context: { isRunning: () => true } });
  expect(result.code).toBe(code);
  expect(result.stderr).toMatch(words);
});

it.each<[JobState, JobState]>([
  ['accepted', 'cancelled'],
  ['completed', 'failed'],
])('writes off one that is %s at a built-in sandbox which is gone', async (state, after) => {
  const cwd = await tempDir();
  const ledger = await openLedgerIn(stateIn(cwd));
  const { id } = jobIn(ledger, state, { via: 'sandbox' });
  const result = await runCli(['wait', id], { cwd });
  expect(result.code).toBe(2);
  expect(result.stderr).toContain('Nothing was charged');
  expect(ledger.mustFind(id)).toMatchObject({ state: after, charged: 'no' });
});
