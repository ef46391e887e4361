/* The deadline in each state of an edit: what fal is told, what the user is told, what it may cost. */
import { describe, expect, test } from 'vitest';
import { Deadline } from '../../src/deadline.js';
import { InterruptedError } from '../../src/errors/error.js';
import { editCat, leftIn, seen, until } from './harness.js';
import { onlyJobIn, stateIn } from '../support/ledger.js';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { sandbox } from '../support/sandbox.js';

describe('the deadline', () => {
  test('during the upload: temporary, nothing sent, the last trouble named', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'put' }] });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '300ms');
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toMatch(/Not done within 300ms.*Nothing was sent/);
  });

  test('while waiting to send again: the last trouble is told', async () => {
    const headers = { 'retry-after': '3600' };
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'submit', code: 429, headers }] });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '300ms');
    expect([code, document.error?.charged]).toEqual([7, 'no']);
  });

  test.each([
    ['queued', { queueMs: 30_000 }],
    ['running', { inferenceMs: 30_000 }],
  ])('while it is %s: the request is named, and not cancelled', async (state, settings) => {
    const fal = await sandbox(settings);
    const { code, document, cwd } = await editCat({ env: fal.env }, '--timeout', '500ms');
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'maybe']);
    const [accepted] = fal.ledger().accepted;
    expect(accepted!.state).toBe(state);
    expect(document.error?.message).toContain(`Request ${accepted!.request_id} continues at fal`);
    expect(document.error?.details?.['request_id']).toBe(accepted!.request_id);
    expect(document.error?.hint).toContain(`fal-edit wait ${accepted!.request_id}`);
    expect(seen(fal, 'cancel')()).toBe(false);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: 'accepted',
      requestId: accepted!.request_id,
      owner: undefined,
    });
  });

  test.each<[string, 'maybe' | 'yes', Toxic]>([
    ['does not come', 'maybe', { type: 'timeout', on: 'result' }],
    ['is being read', 'yes', { type: 'pause', on: 'result', at: 10, name: 'held' }],
  ])('while the result %s: charged %s', async (_, charged, toxic) => {
    const fal = await sandbox({ toxics: [toxic] });
    const { code, document } = await editCat({ env: fal.env }, '--timeout', '1500ms');
    expect([code, document.error?.charged]).toEqual([7, charged]);
    expect(document.error?.message).toMatch(/could not be fetched; it (is|may be) charged/);
  });

  test('while the picture is fetched: charged, and done at fal', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'file' }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--timeout', '700ms');
    expect([code, document.error?.charged]).toEqual([7, 'yes']);
    expect(document.error?.message).toMatch(/is finished and charged/);
    expect(await leftIn(cwd)).toEqual([]);
  });
});

describe('the deadline with --cancel-on-timeout', () => {
  const late = ['--timeout', '500ms', '--cancel-on-timeout'];

  test.each([
    ['queued', { queueMs: 30_000 }, 'cancelled'],
    ['running', { inferenceMs: 30_000 }, 'failed'],
  ])('while it is %s: cancelled at fal, nothing charged', async (_, settings, state) => {
    const fal = await sandbox(settings);
    const { code, document, cwd } = await editCat({ env: fal.env }, ...late);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', 'no']);
    expect(document.error?.message).toMatch(/Not done within 500ms\. Request \S+ was cancelled at fal/);
    expect(document.error?.details?.['cancel']).toBe('cancelled');
    expect([fal.ledger().accepted[0]!.state, fal.ledger().requests.by_role.cancel]).toEqual([state, 1]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'cancelled', charged: 'no' });
  });

  test('a model that goes on all the same: asked for, not confirmed, and to be fetched', async () => {
    const fal = await sandbox({ inferenceMs: 30_000, ignoreCancel: true });
    const { code, document, cwd } = await editCat({ env: fal.env }, ...late);
    expect([code, document.error?.charged, document.error?.details?.['cancel']]).toEqual([
      7,
      'maybe',
      'requested',
    ]);
    expect(document.error?.hint).toContain('fal-edit wait');
    expect(fal.ledger().accepted[0]!.state).toBe('running');
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: 'accepted',
      charged: 'maybe',
      cancelRequestedAt: expect.any(Number) as number,
    });
  });

  test('done in time after all: nothing is asked, the picture is fetched later', async () => {
    const fal = await sandbox({ toxics: [{ type: 'timeout', on: 'file' }] });
    const { code, document, cwd } = await editCat({ env: fal.env }, ...late);
    expect([code, document.error?.charged, seen(fal, 'cancel')()]).toEqual([7, 'yes', false]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'completed', charged: 'yes' });
  });
});

describe('Deadline', () => {
  test('a person comes first', () => {
    const stop = new AbortController();
    const deadline = new Deadline(1, stop.signal);
    stop.abort(new InterruptedError('SIGTERM'));
    expect([deadline.signal.aborted, deadline.reason]).toEqual([true, 'interrupted']);
    deadline.close();
  });

  test('its time', async () => {
    const deadline = new Deadline(5, new AbortController().signal);
    await until(() => deadline.signal.aborted);
    expect(deadline.reason).toBe('deadline');
  });
});
