import { describe, expect, it, test } from 'vitest';
import {
  isFileRefused,
  isToSend,
  isWorthAnotherTry,
  RETRY_POLICIES,
  type RetryPolicy,
} from '../../../src/batch/run/retry.js';
import { FalEditError, type Charged } from '../../../src/errors/error.js';
import { DeadlineError, FalAnswerError } from '../../../src/errors/failures.js';
import { detailRows, type Answer } from '../../../src/fal/answer.js';
import type { ErrorKind } from '../../../src/exit-codes.js';
import { ROW_STATES, type RowState, type RowWithJob } from '../../../src/ledger/batch/states.js';
import type { Job, JobError } from '../../../src/ledger/job.js';

function row(state: RowState, job?: { charged: Charged; error?: JobError }): RowWithJob {
  return { state, job: job as Job | undefined } as RowWithJob;
}

/** A row that failed, and what the ledger says of it. */
const failed = (kind: ErrorKind | undefined, charged: Charged = 'no', retryable?: boolean): RowWithJob =>
  row('failed', {
    charged,
    ...(kind === undefined
      ? {}
      : { error: { kind, message: 'x', ...(retryable === undefined ? {} : { retryable }) } }),
  });

const sentBy = (one: RowWithJob, again = false): RetryPolicy[] =>
  RETRY_POLICIES.filter((policy) => isToSend(one, policy, again));

const ALWAYS = [...RETRY_POLICIES];
const UNLESS_NONE = ['temporary', 'all'];

describe('Whether a row is sent in this run', () => {
  test.each<[RowState, again: boolean, policies: readonly string[]]>([
    ['pending', false, ALWAYS],
    ['pending', true, ALWAYS],
    ['waiting', false, []],
    ['waiting', true, ALWAYS],
    ['unknown', false, []],
    ['unknown', true, ALWAYS],
    ['done', false, []],
    ['done', true, []],
    ['unmet', false, []],
    ['unmet', true, []],
  ])('%s, paid for again: %s – under %j', (state, again, policies) => {
    expect(sentBy(row(state, { charged: 'no' }), again)).toEqual(policies);
  });

  test.each<[string, RowWithJob, readonly string[]]>([
    ['no network', failed('temporary'), UNLESS_NONE],
    ['a wrong key', failed('auth'), UNLESS_NONE],
    ['a locked account', failed('account'), UNLESS_NONE],
    ['a cap', failed('budget'), UNLESS_NONE],
    ['a signal', failed('interrupted'), UNLESS_NONE],
    ['a bug', failed('internal'), UNLESS_NONE],
    ['an edit that failed at fal', failed('failed'), ['all']],
    ['a file that was wrong', failed('input'), ['all']],
    ['a failure that fal says can help to try again', failed('failed', 'no', true), UNLESS_NONE],
    ['trouble of which fal says that it does not pass', failed('temporary', 'no', false), ['all']],
    ['trouble that was charged', failed('temporary', 'yes'), ['all']],
    ['trouble that may be charged', failed('temporary', 'maybe', true), ['all']],
    ['an end of which nothing is known', failed(undefined), ['all']],
    ['an end without a job', row('failed'), ['all']],
    [
      'the content checker',
      row('moderated', { charged: 'yes', error: { kind: 'moderated', message: 'x' } }),
      ['all'],
    ],
    [
      'the content checker, at no cost',
      row('moderated', { charged: 'no', error: { kind: 'moderated', message: 'x' } }),
      ['all'],
    ],
    [
      'the content checker, where fal says that it can help',
      row('moderated', { charged: 'no', error: { kind: 'moderated', message: 'x', retryable: true } }),
      UNLESS_NONE,
    ],
  ])('after %s: %#', (_, one, policies) => {
    expect(sentBy(one)).toEqual(policies);
  });

  it('is said of every state', () => {
    for (const state of ROW_STATES) expect(isToSend(row(state), 'all', true)).toBeTypeOf('boolean');
  });
});

describe('Another try in the same run', () => {
  test.each<[ErrorKind, Charged, boolean]>([
    ['temporary', 'no', true],
    ['temporary', 'maybe', false],
    ['temporary', 'yes', false],
    ['failed', 'no', false],
    ['unknown', 'maybe', false],
    ['auth', 'no', false],
    ['interrupted', 'no', false],
  ])('is worth it after %s, charged: %s – %s', (kind, charged, worth) => {
    expect(isWorthAnotherTry(new FalEditError(kind, 'x', { charged }))).toBe(worth);
  });

  it('is not worth it where it was cancelled at its deadline: it would run into that again', () => {
    const cancelled = new DeadlineError('x', 'cancelled', { charged: 'no' });
    expect(isWorthAnotherTry(cancelled)).toBe(false);
  });

  const refusedWith = (detail: unknown, charged: Charged = 'no'): FalEditError =>
    new FalAnswerError('failed', 'x', 422, undefined, detailRows({ json: { detail } } as Answer), {
      charged,
      details: {},
    });

  test.each<[string, FalEditError, boolean]>([
    [
      'could not fetch it',
      refusedWith([{ type: 'file_download_error', loc: ['body', 'image_url'], msg: 'x' }]),
      true,
    ],
    ['could not read it', refusedWith([{ type: 'image_load_error' }]), true],
    ['named it among others', refusedWith([{ type: 'missing' }, { type: 'file_download_error' }]), true],
    ['charged all the same', refusedWith([{ type: 'file_download_error' }], 'yes'), false],
    ['may have charged', refusedWith([{ type: 'file_download_error' }], 'maybe'), false],
    ['refused something else', refusedWith([{ type: 'content_policy_violation' }]), false],
    ['said so in words alone', refusedWith('file_download_error'), false],
    ['said nothing', new FalEditError('failed', 'x'), false],
    ['sent nonsense', refusedWith([null, 1, 'file_download_error', [], {}]), false],
  ])('with the file uploaded anew, where fal %s: %#', (_, error, refused) => {
    expect(isFileRefused(error)).toBe(refused);
  });
});
