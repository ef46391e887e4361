import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../src/fal/repeat.js';
import { describeTrouble, retryAfterMs } from '../../src/fal/trouble.js';
import { answerOf } from './answer-of.js';

describe('describeTrouble', () => {
  test.each([
    [answerOf(502, '<html><h1>Bad Gateway'), 'fal answered 502 with an HTML page'],
    [answerOf(502, 'upstream error'), 'fal answered 502 with something that is not JSON'],
    [answerOf(503, '{}'), 'fal answered 503'],
    [new TypeError('fetch failed', { cause: new Error('other side closed') }), 'other side closed'],
    [new Error(''), 'Error'],
    [undefined, 'undefined'],
  ])('%#', (trouble, words) => expect(describeTrouble(trouble)).toBe(words));
});

test.each([
  ['5', 5000],
  [' 0.5 ', 500],
  ['0', 0],
  ['Thu, 01 Oct 2026 00:00:10 GMT', 10_000],
  ['Wed, 30 Sep 2026 00:00:00 GMT', 0],
  ['Thu, 01 Oct 2099 00:00:00 GMT', 2 ** 31 - 1],
  ['99999999999', 2 ** 31 - 1],
  ['', undefined],
  ['soon', undefined],
  ['-5', undefined],
  [undefined, undefined],
])('retryAfterMs %j: %s', (value, ms) => {
  const headers = new Headers(value === undefined ? {} : { 'retry-after': value });
  // Date.parse takes "-5" for a year; what comes of it is a wait of none.
  expect(retryAfterMs(headers, Date.UTC(2026, 9, 1)) ?? undefined).toBe(value === '-5' ? 0 : ms);
});

test('backoffMs doubles from a quarter of a second to five, and takes off up to a half', () => {
  const range = [0, 1, 2, 3, 4, 5, 50].map((attempt) => [
    backoffMs(attempt, () => 0),
    backoffMs(attempt, () => 1),
  ]);
  expect(range).toEqual([
    [125, 250],
    [250, 500],
    [500, 1000],
    [1000, 2000],
    [2000, 4000],
    [2500, 5000],
    [2500, 5000],
  ]);
});
