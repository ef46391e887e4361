/*
 * Answers that are lost after the acceptance, over real sockets. Nothing of it is unknown: the request id is in the
 * ledger, and whatever was paid for can be had later.
 */
import { describe, expect, test } from 'vitest';
import type { Toxic } from '../src/sandbox/faults/toxics.js';
import { editCat, leftIn } from './edit/harness.js';
import { seenBy } from './edit/lost.js';
import { onlyJobIn, stateIn } from './support/ledger.js';
import { sandbox } from './support/sandbox.js';

/** What the queue does not give, the history would. */
const noHistory: Toxic = { type: 'status', on: 'history', code: 403 };

describe.each(['status', 'result', 'file'] as const)('the answers of the %s route are lost', (role) => {
  /** Without the stream the end is seen by the polls alone. */
  const noStream: Toxic[] = role === 'status' ? [{ type: 'status', on: 'stream', code: 404 }] : [];

  test.each<[string, Toxic]>([
    ['reset before', { type: 'reset_peer', on: role, stream: 'upstream' }],
    ['reset after', { type: 'reset_peer', on: role }],
    ['closed', { type: 'fin', on: role }],
    ['half of it', { type: 'limit_data', on: role, fraction: 0.5 }],
    ['429', { type: 'status', on: role, code: 429 }],
    ['502 in HTML', { type: 'status', on: role, code: 502, html: true }],
    ['503 in HTML', { type: 'status', on: role, code: 503, html: true }],
    ['504 in HTML', { type: 'status', on: role, code: 504, html: true }],
    ['500 in JSON', { type: 'status', on: role, code: 500 }],
    ['503 in JSON', { type: 'status', on: role, code: 503 }],
    ['no answer', { type: 'timeout', on: role }],
  ])('%s until the deadline: the same command again goes on, and nothing is paid again', async (_, toxic) => {
    const fal = await sandbox({ toxics: [...noStream, noHistory, toxic] });
    const { code, document, cwd } = await editCat({ env: fal.env }, '--timeout', '1200ms');
    const charged = role === 'file' ? 'yes' : 'maybe';
    // fal began to answer with the result: it is done.
    const said = role === 'result' && toxic.type === 'limit_data' ? 'yes' : charged;
    expect([code, document.error?.kind, document.error?.charged]).toEqual([7, 'temporary', said]);
    const [accepted] = fal.ledger().accepted;
    expect(document.error?.hint).toContain(`fal-edit wait ${accepted!.request_id}`);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      state: role === 'file' ? 'completed' : 'accepted',
      requestId: accepted!.request_id,
      charged,
      owner: undefined,
    });
    expect(await leftIn(cwd)).toEqual([]);
    fal.clearToxics();
    const again = await editCat({ env: fal.env, cwd });
    expect([again.code, again.document.request_id]).toEqual([0, accepted!.request_id]);
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
    expect(await leftIn(cwd)).toEqual(['out.png']);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ state: 'saved', charged: 'yes' });
  });
});
