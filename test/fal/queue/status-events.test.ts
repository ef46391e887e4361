import { describe, expect, test } from 'vitest';
import { parseStatus } from '../../../src/fal/answer.js';

describe('parseStatus', () => {
  test.each([
    ['not an object', 'IN_QUEUE'],
    ['null', null],
    ['no status', {}],
    ['an unknown one', { status: 'FAILED' }],
    ['another spelling', { status: 'completed' }],
  ])('%s: none', (_, json) => expect(parseStatus(json)).toBeUndefined());

  test.each([
    [
      'all of it',
      { queue_position: 3, logs: [{ message: 'a', level: 'INFO', timestamp: 't' }] },
      3,
      [{ message: 'a', level: 'INFO', timestamp: 't' }],
    ],
    ['nothing but the state', {}, undefined, []],
    ['nulls', { queue_position: null, logs: null, metrics: null }, undefined, []],
    ['wrong types', { queue_position: 'first', logs: 'none', metrics: 7 }, undefined, []],
    ['log lines without their parts', { logs: [{}] }, undefined, [{ message: '', level: '', timestamp: '' }]],
  ])('%s', (_, more, queuePosition, logs) => {
    const parsed = parseStatus({ status: 'IN_PROGRESS', extra: true, ...more });
    expect(parsed).toEqual({
      status: 'IN_PROGRESS',
      queuePosition,
      logs,
      inferenceSeconds: undefined,
      failed: false,
    });
  });

  test('the inference time', () => {
    const status = { status: 'COMPLETED', metrics: { inference_time: 1.25 } };
    expect(parseStatus(status)?.inferenceSeconds).toBe(1.25);
  });
});
