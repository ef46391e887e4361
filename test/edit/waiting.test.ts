import { describe, expect, test } from 'vitest';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { lightFetch, type Fetch } from '../../src/light-fetch.js';
import { onlyJobIn, stateIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { editCat, quickly, seen, unhurried } from './harness.js';

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

  /** Trouble that says nothing of the request, on the stream or on the polls. */
  const trouble: [string, (on: 'stream' | 'status') => Toxic][] = [
    ...[401, 403, 429, 500].map((code): [string, (on: 'stream' | 'status') => Toxic] => [
      String(code),
      (on) => ({ type: 'status', on, code }),
    ]),
    ['502 in HTML', (on) => ({ type: 'status', on, code: 502, html: true })],
    ['403 in HTML', (on) => ({ type: 'status', on, code: 403, html: true })],
    ['200 in HTML', (on) => ({ type: 'html', on })],
    ['a reset before', (on) => ({ type: 'reset_peer', on, stream: 'upstream' })],
    ['a reset after', (on) => ({ type: 'reset_peer', on })],
    ['an end', (on) => ({ type: 'fin', on })],
    ['half an answer', (on) => ({ type: 'limit_data', on, fraction: 0.5 })],
  ];
  const streamOff: Toxic = { type: 'early_end', on: 'stream', events: 0 };

  test.each(trouble)('%s on every stream: the polls bring it', async (_, toxicOn) => {
    const fal = await sandbox({ inferenceMs: 100, toxics: [toxicOn('stream')] });
    const { code } = await editCat({ env: fal.env });
    expect([code, fal.ledger().accepted.length, seen(fal, 'cancel')()]).toEqual([0, 1, false]);
    expect(fal.ledger().requests.by_role.status).toBeGreaterThan(0);
  });

  test.each(trouble)('%s on the first five polls: the next ones bring it', async (_, toxicOn) => {
    const fal = await sandbox({ inferenceMs: 50, toxics: [streamOff, { ...toxicOn('status'), times: 5 }] });
    const { code } = await editCat({ env: fal.env });
    expect([code, fal.ledger().accepted.length]).toEqual([0, 1]);
    expect(fal.ledger().requests.by_role.status).toBeGreaterThan(5);
  });

  test.each(trouble)('%s on both for ever: the deadline, and nothing is given up', async (_, toxicOn) => {
    const fal = await sandbox({ toxics: [toxicOn('stream'), toxicOn('status')] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--timeout', '300ms');
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'maybe']);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'accepted', charged: 'maybe' });
  });

  test('a name service that fails for a while', async () => {
    const fal = await sandbox({ inferenceMs: 50 });
    let failures = 0;
    const far: Fetch = (url, init) => {
      const target = init?.headers?.['x-fal-target-url'] ?? '';
      if (!target.includes('/requests/') || failures >= 12) return lightFetch(url, init);
      failures++;
      const cause = Object.assign(new Error('getaddrinfo ENOTFOUND queue.fal.run'), {
        code: 'ENOTFOUND',
        syscall: 'getaddrinfo',
      });
      return Promise.reject(new TypeError('fetch failed', { cause }));
    };
    const { code } = await editCat({ env: fal.env, context: { fetch: far } });
    expect([code, failures, fal.ledger().accepted.length]).toEqual([0, 12, 1]);
  });

  test.each<[string, Toxic['on'], number, boolean]>([
    ['the result', 'result', 429, false],
    ['the result', 'result', 503, true],
    ['the file', 'file', 429, false],
    ['the file', 'file', 503, false],
  ])('Retry-After on %s (%s, %d) is honoured', async (_, on, code, html) => {
    const headers = { 'retry-after': '1234' };
    const fal = await sandbox({ toxics: [{ type: 'status', on, code, html, headers, times: 1 }] });
    const waits: number[] = [];
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
      waits.push(ms);
      return quickly(ms === 1_234_000 ? 0 : ms, signal);
    };
    const result = await editCat({ env: fal.env, context: { sleep } });
    expect(result.code).toBe(0);
    expect(waits.filter((ms) => ms === 1_234_000)).toEqual([1_234_000]);
  });
});
