import { describe, expect, test } from 'vitest';
import type { Toxic } from '../../src/sandbox/toxics.js';
import { editCat, unhurried } from './harness.js';
import { sandbox } from '../support/sandbox.js';
import { front, sendJson, type Visit } from '../fal/servers.js';

describe('waiting for the result', () => {
  /** Milliseconds from the completion on fal until the program was done, download included. */
  async function delayWith(...toxics: Toxic[]) {
    const fal = await sandbox({ inferenceMs: 1540, queueMs: 10, toxics });
    // Real pauses: the point is how long they are.
    const { code, stderr } = await editCat({ env: fal.env, context: { sleep: unhurried } });
    const delay = Date.now() - Date.parse(fal.ledger().accepted[0]!.completed_at!);
    return { code, delay, stderr, ledger: fal.ledger() };
  }

  test('with the stream, the result is here at once', async () => {
    const { code, delay, ledger } = await delayWith();
    expect(code).toBe(0);
    expect(ledger.requests.by_role.status ?? 0).toBe(0);
    // A poll each 500 ms would find it 450 ms later; the stream needs some 30 ms.
    expect(delay).toBeLessThan(400);
  });

  test('with a silent stream, the poll beside it brings it', async () => {
    const { code, delay, ledger } = await delayWith({ type: 'silence', on: 'stream', events: 0 });
    expect([code, ledger.requests.by_role.stream]).toEqual([0, 1]);
    expect(delay).toBeLessThan(4000);
  });

  test.each([
    { type: 'status', on: 'stream', code: 404 },
    { type: 'early_end', on: 'stream', events: 1 },
    { type: 'early_end', on: 'stream', events: 99 },
    { type: 'reset_peer', on: 'stream', stream: 'upstream' },
    { type: 'html', on: 'stream' },
    { type: 'split', on: 'stream' },
    { type: 'split', on: 'stream', bytes: 1 },
    { type: 'silence', on: 'stream', events: 1 },
  ] as Toxic[])('$type: the edit completes, and each log line is shown once', async (toxic) => {
    const fal = await sandbox({ inferenceMs: 200, toxics: [toxic] });
    const { code, stderr } = await editCat({ env: fal.env });
    expect(code).toBe(0);
    for (const part of ['25 %', '50 %', '75 %', 'steps, seed']) {
      const shown = stderr.split('\n').filter((text) => text.includes(part));
      // A window of three lines, polled while it moves, may lose one, but never shows one twice.
      expect(shown.length, part).toBeLessThanOrEqual(1);
    }
    expect(stderr).toContain('75 %');
    expect(stderr).not.toContain('\ufffd');
  });

  test('polls that fail for a while do not end it', async () => {
    const off: Toxic = { type: 'status', on: 'stream', code: 404 };
    const codes = [401, 403, 429, 500];
    const bad = codes.map((code, after): Toxic => ({ type: 'status', on: 'status', code, times: 1, after }));
    // Each toxic counts every poll: the first four fail.
    const fal = await sandbox({ inferenceMs: 50, toxics: [off, ...bad] });
    const { code } = await editCat({ env: fal.env });
    expect([code, fal.ledger().requests.by_role.status]).toEqual([0, 5]);
  });

  test.each([404, 410])('a status of %d: the request is gone, and may be charged', async (status) => {
    const fal = await sandbox();
    const { url } = await front(fal, (visit, response) => isWaiting(visit) && sendJson(response, status, {}));
    const { code, document } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } });
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'maybe']);
    expect(document.error?.details?.['request_id']).toBe(fal.ledger().accepted[0]!.request_id);
  });

  const isWaiting = ({ target }: Visit): boolean => target.includes('/status');
});
