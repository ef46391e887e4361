import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { endingOf, rowsText, type Outcome } from '../../../src/batch/run/ending.js';
import { ROW_STATES, type RowCounts } from '../../../src/batch/rows/result-row.js';
import { FalEditError, InterruptedError } from '../../../src/errors/error.js';
import type { ErrorKind } from '../../../src/exit-codes.js';

const NONE = Object.fromEntries(ROW_STATES.map((state) => [state, 0])) as RowCounts;

type Given = Partial<RowCounts> & Partial<Omit<Outcome, 'counts'>>;

function ending({
  kinds = [],
  invalid = 0,
  stopped,
  submitOnly = false,
  interrupted,
  sandbox = false,
  ...counts
}: Given) {
  return endingOf({
    ...{ counts: { ...NONE, ...counts }, kinds, invalid, stopped, submitOnly, interrupted },
    ...{ goOn: 'Run it again.', sandbox },
  });
}

interface Case {
  given: Given;
  kind: ErrorKind;
  code: number;
  words: string;
  charged?: string;
}

const CASES: Case[] = [
  {
    given: { failed: 2, kinds: ['failed'] },
    kind: 'failed',
    code: 1,
    words: '0 of 2 rows are done; 2 failed.',
    charged: 'no',
  },
  { given: { failed: 1, kinds: ['auth'] }, kind: 'auth', code: 4, words: '0 of 1 row is done; 1 failed.' },
  {
    given: { failed: 2, kinds: ['account'] },
    kind: 'account',
    code: 5,
    words: '0 of 2 rows are done; 2 failed.',
  },
  {
    given: { moderated: 3, kinds: ['moderated'] },
    kind: 'moderated',
    code: 6,
    words: '0 of 3 rows are done; 3 moderated.',
    charged: 'maybe',
  },
  {
    given: { failed: 2, kinds: ['temporary'] },
    kind: 'temporary',
    code: 7,
    words: '0 of 2 rows are done; 2 failed.',
  },
  {
    given: { failed: 1, moderated: 1, kinds: ['failed', 'moderated'] },
    ...{ kind: 'failed', code: 1, words: '0 of 2 rows are done; 1 failed, 1 moderated.' },
  },
  {
    given: { done: 480, failed: 12, pending: 8, kinds: ['failed'] },
    ...{
      kind: 'partial',
      code: 3,
      words: '480 of 500 rows are done; 12 failed, 8 not sent.',
      charged: 'yes',
    },
  },
  {
    given: { failed: 1, pending: 1, kinds: ['auth'] },
    kind: 'partial',
    code: 3,
    words: '0 of 2 rows are done; 1 failed, 1 not sent.',
  },
  {
    given: { failed: 1, waiting: 1, kinds: ['failed'] },
    kind: 'partial',
    code: 3,
    words: '0 of 2 rows are done; 1 waiting for results, 1 failed.',
    charged: 'maybe',
  },
  {
    given: { done: 1, moderated: 1, kinds: ['moderated'] },
    kind: 'partial',
    code: 3,
    words: '1 of 2 rows are done; 1 moderated.',
  },
  { given: { done: 2, invalid: 1 }, kind: 'partial', code: 3, words: '2 of 2 rows are done.' },
  {
    given: { failed: 2, invalid: 1, kinds: ['failed'] },
    kind: 'partial',
    code: 3,
    words: '0 of 2 rows are done; 2 failed.',
  },
  {
    given: { done: 1, waiting: 1 },
    kind: 'temporary',
    code: 7,
    words: '1 of 2 rows are done; 1 waiting for results.',
    charged: 'maybe',
  },
  {
    given: { pending: 2 },
    kind: 'temporary',
    code: 7,
    words: '0 of 2 rows are done; 2 not sent.',
    charged: 'no',
  },
  {
    given: { done: 1, unmet: 1 },
    kind: 'expectation',
    code: 10,
    words: '1 of 2 rows are done; 1 not as expected.',
  },
  { given: { unmet: 2 }, kind: 'expectation', code: 10, words: '0 of 2 rows are done; 2 not as expected.' },
  {
    given: { unmet: 1, failed: 1, kinds: ['auth'] },
    kind: 'partial',
    code: 3,
    words: '0 of 2 rows are done; 1 not as expected, 1 failed.',
  },
  {
    given: { done: 1, unmet: 1, failed: 1, kinds: ['failed'] },
    kind: 'partial',
    code: 3,
    words: '1 of 3 rows are done; 1 not as expected, 1 failed.',
  },
  {
    given: { unmet: 1, waiting: 1 },
    kind: 'partial',
    code: 3,
    words: '0 of 2 rows are done; 1 waiting for results, 1 not as expected.',
  },
  {
    given: { done: 1, unknown: 2, failed: 1, kinds: ['failed'] },
    ...{ kind: 'unknown', code: 9, charged: 'maybe' },
    words: '2 rows may have been sent and may be charged. 1 of 4 rows are done; 1 failed, 2 unknown.',
  },
  {
    given: { submitOnly: true, waiting: 2, failed: 1, kinds: ['failed'] },
    kind: 'partial',
    code: 3,
    words: '2 of 3 rows are submitted or done; 1 failed.',
  },
  {
    given: { submitOnly: true, waiting: 1, unmet: 1 },
    ...{ kind: 'expectation', code: 10, words: '1 of 2 rows are submitted or done; 1 not as expected.' },
  },
  {
    given: { submitOnly: true, waiting: 1, pending: 1 },
    kind: 'temporary',
    code: 7,
    words: '1 of 2 rows are submitted or done; 1 not sent.',
  },
  {
    given: { submitOnly: true, failed: 2, kinds: ['auth'] },
    kind: 'auth',
    code: 4,
    words: '0 of 2 rows are submitted or done; 2 failed.',
  },
];

describe('How a batch ended', () => {
  test.each(CASES)('$words – $kind', ({ given, kind, code, words, charged }) => {
    const error = ending(given);
    expect(error).toMatchObject({ kind, exitCode: code, message: words });
    if (charged !== undefined) expect(error?.charged).toBe(charged);
    expect(error?.details).toMatchObject({ states: { ...NONE, ...countsIn(given) } });
  });

  test.each<Given>([
    { done: 3 },
    {},
    { done: 1, submitOnly: true, waiting: 4 },
    { submitOnly: true, waiting: 1 },
  ])('is well: %j', (given) => {
    expect(ending(given)).toBeUndefined();
  });

  it('says how to go on', () => {
    expect(ending({ pending: 1 })?.hint).toBe('Run it again.');
    expect(ending({ unknown: 1, done: 1 })?.hint).toContain('They will not be sent again.');
  });

  it('is for the reason that it stopped for, whatever came of the rows', () => {
    const stopped = new FalEditError('budget', '--max-cost: enough.', { hint: 'Allow more.' });
    expect(ending({ stopped, done: 1, unknown: 1, pending: 1 })).toMatchObject({
      ...{ kind: 'budget', exitCode: 8, hint: 'Allow more.', charged: 'maybe' },
      message: '--max-cost: enough. 1 of 3 rows are done; 1 unknown, 1 not sent.',
    });
    const failures = new FalEditError('partial', '--max-failures: 5 rows have failed.');
    expect(ending({ stopped: failures, done: 1, failed: 5, kinds: ['auth'] })?.exitCode).toBe(3);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is with %s the signal’s code %d, before all else', (signal, code) => {
    const stopped = new FalEditError('budget', '--max-cost: enough.');
    const error = ending({ interrupted: new InterruptedError(signal), stopped, done: 1, waiting: 1 });
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error).toMatchObject({
      ...{ kind: 'interrupted', exitCode: code, charged: 'maybe', hint: 'Run it again.' },
      message: 'Interrupted. 1 of 2 rows are done; 1 waiting for results.',
    });
  });

  it('is well exactly where every row is, and charged where something may be', () => {
    const count = fc.nat(3);
    const outcome = fc.record({
      ...{ pending: count, waiting: count, done: count, unmet: count, failed: count, moderated: count },
      ...{ unknown: count, invalid: count, submitOnly: fc.boolean() },
    });
    fc.assert(
      fc.property(outcome, (given) => {
        const { waiting, done, unknown, invalid, submitOnly, ...bad } = given;
        const error = ending({ ...given, kinds: given.failed > 0 ? ['failed'] : [] });
        const isWell = Object.values({ ...bad, unknown, invalid, left: submitOnly ? 0 : waiting }).every(
          (n) => n === 0,
        );
        expect(error === undefined).toBe(isWell);
        if (error === undefined) return;
        expect(error.charged).toBe(
          unknown + waiting > 0 ? 'maybe' : done + given.unmet > 0 ? 'yes' : error.charged,
        );
        expect(error.exitCode).toBeGreaterThan(0);
      }),
    );
  });
});

function countsIn(given: Given): Partial<RowCounts> {
  return Object.fromEntries(Object.entries(given).filter(([key]) => key in NONE));
}

test.each([
  [0, '0 rows'],
  [1, '1 row'],
  [2, '2 rows'],
])('%d: %s', (count, text) => {
  expect(rowsText(count)).toBe(text);
});

describe('where the ledger could not be read any more', () => {
  const stopped = new FalEditError('input', 'The ledger l is damaged.', { hint: 'Rename it.' });

  it('says nothing of money where nothing was sent', () => {
    expect(ending({ pending: 2, stopped })).toMatchObject({
      kind: 'input',
      charged: 'no',
      hint: 'Rename it.',
    });
  });

  it('never calls unsent what fal may have taken', () => {
    expect(ending({ unknown: 2, stopped })).toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(
        /^The ledger l is damaged\. 2 rows may have been sent and may be charged\./,
      ) as string,
      charged: 'maybe',
      details: { states: { unknown: 2 } },
    });
    expect(ending({ waiting: 2, stopped })).toMatchObject({ kind: 'temporary', charged: 'maybe' });
    expect(ending({ done: 1, pending: 1, stopped })).toMatchObject({ kind: 'partial', charged: 'yes' });
  });

  it('says nothing of charges on the sandbox', () => {
    expect(ending({ unknown: 2, stopped, sandbox: true })?.message).toMatch(
      /^The ledger l is damaged\. 2 rows may have been sent\. 0 of 2/,
    );
    expect(ending({ unknown: 2, done: 1, sandbox: true })?.message).toBe(
      '2 rows may have been sent. 1 of 3 rows are done; 2 unknown.',
    );
  });
});
