import { describe, expect, it, test } from 'vitest';
import { FalEditError, InterruptedError, problemsError, problemText } from '../../src/errors/error.js';
import {
  DeadlineError,
  FalAnswerError,
  isCancelled,
  isRetryable,
  LedgerError,
  SaveError,
  stoppedOf,
} from '../../src/errors/failures.js';

describe('A failure in other words', () => {
  it('keeps its class, its fields and its stack', () => {
    const failure = new SaveError('It cannot be written.', '/out/a.png', {
      charged: 'yes',
      hint: 'Free space.',
    });
    const retold = failure.with({ message: 'Two cannot be written.', hint: 'Free some space.' });
    expect(retold).toBeInstanceOf(SaveError);
    expect(retold).toMatchObject({
      message: 'Two cannot be written.',
      target: '/out/a.png',
      kind: 'failed',
      charged: 'yes',
      hint: 'Free some space.',
      details: { target: '/out/a.png' },
    });
    expect([retold.stack, retold.exitCode]).toEqual([failure.stack, failure.exitCode]);
    expect(failure.message).toBe('It cannot be written.');
  });
});

const answer = (status: number, retryable?: boolean): FalAnswerError =>
  new FalAnswerError('failed', 'x', status, retryable, [], { details: {} });

test.each<[string, FalEditError, cancelled: boolean, retryable: boolean | undefined]>([
  ['fal says that it was cancelled', answer(499), true, undefined],
  ['it was cancelled at its deadline', new DeadlineError('x', 'cancelled', {}), true, true],
  ['it was left running at its deadline', new DeadlineError('x', 'running', {}), false, true],
  ['it was cancelled by a signal', new InterruptedError('SIGINT', 'x', {}, 'cancelled'), true, undefined],
  ['a signal came before it was sent', new InterruptedError('SIGINT'), false, undefined],
  ['fal is in trouble', answer(503), false, true],
  ['fal is in trouble that does not pass', answer(503, false), false, false],
  ['fal refuses it', answer(422), false, undefined],
  ['a ledger fails', new LedgerError('input', 'x', '/l.db', {}), false, undefined],
])('%s: %#', (_, failure, cancelled, retryable) => {
  expect([isCancelled(failure), isRetryable(failure)]).toEqual([cancelled, retryable]);
});

test('the outcome of a cancel is known only where one was tried', () => {
  expect(stoppedOf(new FalEditError('temporary', 'x', { details: { cancel: 'cancelled' } }))).toBeUndefined();
});

test.each([
  [{ field: '--strength', message: 'must be a number.' }, '--strength must be a number.'],
  [{ field: '--image', message: '"a.jpg" is empty.' }, '--image: "a.jpg" is empty.'],
  [{ field: null, message: 'has no rows.', file: 'rows.csv', line: 1 }, 'rows.csv:1: has no rows.'],
  [{ field: 'steps', message: 'must be 4.', file: 'a.png' }, 'a.png: steps must be 4.'],
])('a problem reads %j', (problem, text) => {
  expect(problemText(problem)).toBe(text);
});

test('several problems are a line each, and a list for scripts', () => {
  const problems = [
    { field: 'a', message: 'is missing.' },
    { field: 'b', message: 'is missing.' },
  ];
  expect(problemsError('usage', problems)).toMatchObject({
    message: 'a is missing.\nb is missing.',
    problems,
  });
});
