import { describe, expect, test } from 'vitest';
import { rejectionError } from '../../src/fal/rejection.js';
import { answerOf } from './answer-of.js';

describe('rejectionError', () => {
  const reject = (
    status: number,
    text: string,
    headers = {},
    stage: 'upload' | 'submit' | 'result' = 'result',
    modelFailed = false,
  ) => {
    const answer = answerOf(status, text, headers);
    return rejectionError(answer, {
      stage,
      nameField: (path) => `<${path.join('.')}>`,
      requestId: 'r1',
      modelFailed,
    });
  };
  test.each([
    [401, '{}', 'auth'],
    [402, '{"detail":"pay"}', 'failed'],
    [403, '{"detail":"User is locked."}', 'account'],
    [403, '{"detail":"Your balance is low"}', 'account'],
    [403, '{"detail":"Access blocked"}', 'auth'],
    [403, '<html>', 'auth'],
    [404, '{}', 'failed'],
    [405, '{"detail":"no"}', 'failed'],
    [422, '{"detail":[{"type":"content_policy_violation","msg":"m","loc":["body"]}]}', 'moderated'],
    [422, '{"detail":[{"type":"x","msg":"content_policy_violation"}]}', 'failed'],
    [422, '{}', 'failed'],
    [429, '{}', 'temporary'],
    [499, '{}', 'failed'],
    [418, '<!doctype html>', 'temporary'],
    [500, '{}', 'temporary'],
    [503, '{"detail":"busy"}', 'temporary'],
    [502, '<html>', 'temporary'],
    [599, '', 'temporary'],
  ])('%d %s as the result: %s', (status, text, kind) => {
    const error = reject(status, text);
    expect([error.kind, error.details?.['http_status'], error.details?.['request_id']]).toEqual([
      kind,
      status,
      'r1',
    ]);
    expect('cause' in error).toBe(false);
  });

  test.each([
    [500, 'temporary'],
    [503, 'temporary'],
    [404, 'failed'],
  ])('%d at the submit: %s, and never charged', (status, kind) => {
    const error = reject(status, '{}', { 'x-fal-billable-units': '3' }, 'submit');
    expect([error.kind, error.charged]).toEqual([kind, 'no']);
  });

  test.each([
    [422, { 'x-fal-billable-units': '0' }, 'no'],
    [422, { 'x-fal-billable-units': '1.5' }, 'yes'],
    [422, { 'x-fal-billable-units': '' }, 'maybe'],
    [422, { 'x-fal-billable-units': 'many' }, 'maybe'],
    [422, {}, 'maybe'],
    [500, {}, 'maybe'],
    [500, { 'x-fal-billable-units': '0' }, 'no'],
    [500, { 'x-fal-billable-units': '2' }, 'yes'],
  ])('%d with %j: charged %s', (status, headers, charged) =>
    expect(reject(status, '{}', headers).charged).toBe(charged),
  );

  test.each([500, 502, 503, 504])(
    '%d of a model that failed, as fal itself says: failed, not charged',
    (status) => {
      for (const text of ['{"detail":"out of memory"}', '<html>']) {
        const error = reject(status, text, {}, 'result', true);
        expect([error.kind, error.charged]).toEqual(['failed', 'no']);
      }
    },
  );

  test.each([
    [['body', 'prompt'], '<prompt>: m'],
    [['body', 'loras', 0, 'scale'], '<loras.0.scale>: m'],
    [['prompt'], '<prompt>: m'],
    [['body'], 'm'],
    [[], 'm'],
    ['body', 'm'],
    [null, 'm'],
  ])('a row at %j', (loc, words) => {
    const error = reject(422, JSON.stringify({ detail: [{ loc, msg: 'm', type: 't' }] }));
    expect(error.message).toBe(`fal refused the input: ${words}`);
  });
});
