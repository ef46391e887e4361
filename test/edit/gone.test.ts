/* What fal's queue has forgotten: its history may still have it, and is asked (fal-api.md 2.4, 5.5). */
import { describe, expect, test } from 'vitest';
import type { Toxic } from '../../src/sandbox/faults/toxics.js';
import { front, sendJson, type Visit } from '../fal/servers.js';
import { onlyJobIn, stateIn } from '../support/ledger.js';
import { sandbox, type TestSandboxSettings } from '../support/sandbox.js';
import { editCat, inState, leftIn, seen, until } from './harness.js';

const isWaiting = ({ target }: Visit): boolean => target.includes('/status');

/** An edit whose status fal answers with that code, once it is in that state. */
async function goneWhen(state: 'completed' | 'running', code: number, settings: TestSandboxSettings = {}) {
  const fal = await sandbox(settings);
  const { url } = await front(fal, async (visit, response) => {
    if (!isWaiting(visit)) return false;
    await until(inState(fal, state));
    return sendJson(response, code, { status: 'NOT_FOUND' });
  });
  return { fal, ...(await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } })) };
}

describe.each([404, 410])('a status of %d', (status) => {
  test('the history has it with its result: it comes home', async () => {
    const { fal, code, cwd, document } = await goneWhen('completed', status);
    const { request_id: id } = fal.ledger().accepted[0]!;
    expect([code, document.request_id, await leftIn(cwd)]).toEqual([0, id, ['out.png']]);
    expect(fal.ledger().requests.by_role).toMatchObject({ history: 1 });
    expect(seen(fal, 'result')()).toBe(false);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved', charged: 'yes' });
  });

  test.each<[string, TestSandboxSettings]>([
    ['has it without its result', { historyPayloads: false }],
    ['does not have it', { historyDelayMs: 3_600_000 }],
    ['may not be read', { toxics: [{ type: 'status', on: 'history', code: 401 }] }],
    ['cannot be read', { toxics: [{ type: 'status', on: 'history', code: 503 }] }],
    ['is a page', { toxics: [{ type: 'html', on: 'history' }] }],
  ])('the history %s: gone, and may be charged', async (_, settings) => {
    const { fal, code, document, cwd } = await goneWhen('completed', status, settings);
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'maybe']);
    expect(document.error?.message).toContain(`fal no longer knows request`);
    expect(document.error?.hint).toMatch(/history at https:\/\/fal\.ai\/dashboard/);
    expect(document.error?.details?.['request_id']).toBe(fal.ledger().accepted[0]!.request_id);
    expect(seen(fal, 'history')()).toBe(true);
    expect(await leftIn(cwd)).toEqual([]);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'failed', charged: 'maybe' });
  });

  test('the history has it and it has not ended: gone, and may be charged', async () => {
    const { code, document } = await goneWhen('running', status, { inferenceMs: 30_000 });
    expect([code, document.error?.kind, document.error?.charged]).toEqual([1, 'failed', 'maybe']);
  });
});

describe('a result that fal no longer keeps', () => {
  test.each([404, 410])('answered with %d: the history has it', async (code) => {
    const fal = await sandbox({ toxics: [{ type: 'status', on: 'result', code }] });
    const { cwd, ...result } = await editCat({ env: fal.env });
    expect([result.code, await leftIn(cwd)]).toEqual([0, ['out.png']]);
    expect(fal.ledger().requests.by_role).toMatchObject({ result: 3, history: 1 });
  });

  test('asked for too late by the same command: the history has it', async () => {
    let now = Date.now();
    const lost: Toxic = { type: 'timeout', on: 'result' };
    const fal = await sandbox({ now: () => now, resultTtlMs: 3_600_000, toxics: [lost] });
    const { code, cwd } = await editCat({ env: fal.env }, '--timeout', '500ms');
    expect(code).toBe(7);
    fal.clearToxics();
    now += 2 * 3_600_000;
    const again = await editCat({ env: fal.env, cwd });
    expect([again.code, fal.ledger().accepted.length, await leftIn(cwd)]).toEqual([0, 1, ['out.png']]);
    expect(fal.ledger().requests.by_role.history).toBe(1);
  });

  test('and the history has not kept it either: it says so, and what can still be done', async () => {
    let now = Date.now();
    const lost: Toxic = { type: 'timeout', on: 'result' };
    const fal = await sandbox({ now: () => now, historyPayloads: false, toxics: [lost] });
    const { cwd } = await editCat({ env: fal.env }, '--timeout', '500ms');
    fal.clearToxics();
    now += 2 * 3_600_000;
    const again = await editCat({ env: fal.env, cwd });
    expect([again.code, again.document.error?.kind, again.document.error?.charged]).toEqual([
      1,
      'failed',
      'maybe',
    ]);
    expect(again.document.error?.hint).toMatch(/keeps a result for an hour/);
  });
});
