import { describe, expect, test } from 'vitest';
import { exitCodeOf, severalError } from '../../src/commands/earlier/several.js';
import { FalEditError, InterruptedError } from '../../src/errors/error.js';

const ok = undefined;
const failed = new FalEditError('failed', 'It failed.', { charged: 'yes', hint: 'Look.' });
const late = new FalEditError('temporary', 'It is late.');
const lost = new FalEditError('unknown', 'It is lost.', { charged: 'maybe' });

describe('what several requests end with', () => {
  test.each([
    [[], 0, undefined],
    [[ok, ok], 0, undefined],
    [[late], 7, 'temporary'],
    [[late, late], 7, 'temporary'],
    [[late, ok], 3, 'partial'],
    [[late, failed, ok], 3, 'partial'],
    [[late, failed], 1, 'failed'],
    [[late, new InterruptedError('SIGTERM'), ok], 143, 'interrupted'],
  ])('%j', (failures, code, kind) => {
    expect(exitCodeOf(failures)).toBe(code);
    expect(severalError(failures)?.kind).toBe(kind);
  });

  test('one keeps its own error', () => expect(severalError([failed])).toBe(failed));

  test.each([
    [[late, late], 'no'],
    [[late, lost], 'maybe'],
    [[lost, failed, ok], 'yes'],
  ])('charged is the most that any of them may have cost: %j', (failures, charged) => {
    expect(severalError(failures)).toMatchObject({ charged });
  });
});
