/* A wall clock that jumps while an edit runs, or between two runs of it. Durations are told by another clock. */
import { describe, expect, test } from 'vitest';
import { onlyJobIn, stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, leftIn } from './harness.js';
import { cutOff, seenBy } from './lost.js';

const HOUR = 3_600_000;

describe.each([
  ['backwards', -HOUR],
  ['forwards', HOUR],
])('a clock that goes %s', (_, step) => {
  /** Another hour each time that it is looked at. */
  function clock(): () => number {
    let now = Date.now();
    return () => (now += step);
  }

  test('during an edit: it comes home, and its times are no nonsense', async () => {
    const fal = await sandbox();
    const { code, document, cwd } = await editCat({ env: fal.env, context: { now: clock() } });
    expect([code, seenBy(fal), await leftIn(cwd)]).toEqual([0, { accepted: 1, posts: 1 }, ['out.png']]);
    const { queued_ms: queued, total_ms: total } = document.timings;
    expect(queued).toBeGreaterThanOrEqual(0);
    expect(total).toBeGreaterThanOrEqual(queued!);
    expect(total).toBeLessThan(HOUR / 2);
    expect((await onlyJobIn(stateIn(cwd))).state).toBe('saved');
  });

  test('while a submit is told to wait: it is sent once', async () => {
    const headers = { 'retry-after': '1' };
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'submit', code: 429, headers, times: 2 }] });
    const { code } = await editCat({ env: fal.env, context: { now: clock() } });
    expect([code, seenBy(fal)]).toEqual([0, { accepted: 1, posts: 3 }]);
  });

  test('between the run that was cut short and the next one: it goes on', async () => {
    const { fal, cwd, requestId } = await cutOff();
    const later = Date.now() + 24 * step;
    const { code, document } = await editCat({ env: fal.env, cwd, context: { now: () => later } });
    expect([code, document.request_id, seenBy(fal).accepted]).toEqual([0, requestId, 1]);
  });
});
