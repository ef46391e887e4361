import { LedgerError, SaveError } from '../../../src/errors/failures.js';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { RunLimits, failsEveryRow } from '../../../src/batch/run/run-limits.js';
import { FalEditError, InterruptedError } from '../../../src/errors/error.js';
import type { ErrorKind } from '../../../src/exit-codes.js';
import type { Job } from '../../../src/ledger/job.js';

type Settled = Parameters<RunLimits['settle']>[1] & object;

const job = (charged: Job['charged'], billedUsd?: number): Settled => ({
  ...{ charged, billedUsd, intentAt: 1 },
  requestId: 'r',
});
const UNSENT: Settled = {
  ...{ charged: 'no', billedUsd: undefined, intentAt: undefined, requestId: undefined },
};

const REFUSED: Settled = { ...UNSENT, intentAt: 1 };
const UNKNOWN: Settled = { ...REFUSED, charged: 'maybe' };

/** What keeps a row from being sent; undefined where nothing does. */
function refusal(limits: RunLimits, key: string, usd: number): FalEditError | undefined {
  try {
    limits.start(key, usd);
    return undefined;
  } catch (error) {
    return error as FalEditError;
  }
}

describe('A cap on what a run may cost', () => {
  it('is kept to the cent', () => {
    const limits = new RunLimits({ maxCostUsd: 0.3 });
    for (const key of ['a', 'b', 'c']) expect(refusal(limits, key, 0.1)).toBeUndefined();
    expect(refusal(limits, 'd', 0.000_001)).toMatchObject({
      kind: 'budget',
      charged: 'no',
      message:
        '--max-cost: this run has spent $0.30 of $0.30, and the next row may cost $0.000001. It was not sent.',
      hint: 'Edits already sent will finish. Run the same command again to continue.',
      details: { spent_usd: expect.closeTo(0.3, 9) as number, max_cost_usd: 0.3 },
    });
    expect(limits.sent).toBe(3);
  });

  it('counts rows under way as estimated, and those that are over as they were billed', () => {
    const limits = new RunLimits({ maxCostUsd: 1 });
    limits.start('a', 0.4);
    limits.start('b', 0.4);
    expect(refusal(limits, 'c', 0.4)).toBeDefined();
    limits.settle('a', job('yes', 0.1));
    expect(limits.spentUsd).toBeCloseTo(0.5, 9);
    expect(refusal(limits, 'c', 0.4)).toBeUndefined();
    limits.settle('b', job('yes', 0.6));
    expect(limits.spentUsd).toBeCloseTo(1.1, 9);
    expect(refusal(limits, 'd', 0)).toBeDefined();
  });

  test.each<{ what: string; settled: Settled | undefined; spent: number; sent: number }>([
    { what: 'was charged', settled: job('yes'), spent: 0.4, sent: 1 },
    { what: 'was billed at less', settled: job('yes', 0.3), spent: 0.3, sent: 1 },
    { what: 'was billed at nothing', settled: job('yes', 0), spent: 0, sent: 1 },
    { what: 'may be charged', settled: job('maybe'), spent: 0.4, sent: 1 },
    { what: 'was not charged', settled: job('no'), spent: 0, sent: 1 },
    { what: 'was not charged, whatever it says it was billed', settled: job('no', 0.4), spent: 0, sent: 1 },
    { what: 'was sent, and nobody knows more', settled: UNKNOWN, spent: 0.4, sent: 1 },
    { what: 'fal did not take', settled: REFUSED, spent: 0, sent: 0 },
    { what: 'was never sent', settled: UNSENT, spent: 0, sent: 0 },
    { what: 'did not even become a job', settled: undefined, spent: 0, sent: 0 },
  ])('counts a row that $what as $spent, and as sent: $sent', ({ settled, spent, sent }) => {
    const limits = new RunLimits({});
    limits.start('a', 0.4);
    limits.settle('a', settled);
    expect([limits.spentUsd, limits.sent]).toEqual([spent, sent]);
    // Once and for all.
    limits.settle('a', job('yes', 5));
    expect([limits.spentUsd, limits.sent]).toEqual([spent, sent]);
  });

  it.each([
    ['nothing was sent', [], false],
    ['all is billed', [job('yes', 0.3)], false],
    ['some is not billed', [job('yes'), job('yes', 0.3)], true],
    ['nothing is charged', [job('no')], false],
  ])('is not exact only where some of it is estimated: %s', (_, jobs, isEstimate) => {
    const limits = new RunLimits({});
    jobs.forEach((one, index) => {
      limits.start(String(index), 0.4);
      expect(limits.isEstimate).toBe(true);
      limits.settle(String(index), one);
    });
    expect(limits.isEstimate).toBe(isEstimate);
  });

  it('is passed by no order of rows that start and end, as long as fal bills what was estimated', () => {
    const cents = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cents, fc.boolean(), fc.constantFrom('yes', 'no', 'maybe')), { maxLength: 40 }),
        cents,
        (rows, cap) => {
          const limits = new RunLimits({ maxCostUsd: cap / 100 });
          let [open, settled]: [Map<string, number>, number] = [new Map(), 0];
          rows.forEach(([usd, ends, charged], index) => {
            const key = String(index);
            const sum = settled + [...open.values()].reduce((a, b) => a + b, 0);
            const refused = refusal(limits, key, usd / 100) !== undefined;
            expect(refused).toBe(sum + usd > cap);
            if (!refused) open.set(key, usd);
            if (!ends) return;
            const [first] = open.keys();
            if (first === undefined) return;
            const was = open.get(first) ?? 0;
            open = new Map([...open].slice(1));
            if (charged !== 'no') settled += was;
            limits.settle(first, job(charged));
          });
        },
      ),
    );
  });

  it('of nothing lets nothing through that costs something', () => {
    const limits = new RunLimits({ maxCostUsd: 0 });
    expect(refusal(limits, 'a', 0.01)?.kind).toBe('budget');
    expect(refusal(limits, 'b', 0)).toBeUndefined();
  });

  it('is told to whoever shows it', () => {
    expect(new RunLimits({ maxCostUsd: 2 }).capUsd).toBe(2);
    expect(new RunLimits({}).capUsd).toBeUndefined();
  });
});

describe('A cap on how many rows a run may send', () => {
  it('counts those that were sent, and not those that never were', () => {
    const limits = new RunLimits({ maxJobs: 2 });
    limits.start('a', 1);
    limits.settle('a', UNSENT);
    limits.start('b', 1);
    limits.start('c', 1);
    limits.settle('b', job('no'));
    expect(refusal(limits, 'd', 0)).toMatchObject({
      kind: 'budget',
      message: '--max-jobs: this run has sent 2 rows, the most allowed.',
      details: { sent: 2, max_jobs: 2 },
    });
  });

  it('of none sends none', () => {
    expect(refusal(new RunLimits({ maxJobs: 0 }), 'a', 0)?.kind).toBe('budget');
  });
});

describe('A cap on how many rows may fail', () => {
  it('is reached with the last one, and says what it failed with', () => {
    const limits = new RunLimits({ maxFailures: 2 });
    expect(limits.failed(new FalEditError('failed', 'One.'))).toBeUndefined();
    expect(limits.failed(new FalEditError('moderated', 'Two.'))).toMatchObject({
      kind: 'partial',
      message: '--max-failures: 2 rows have failed. Last error: Two.',
      details: { failures: 2, max_failures: 2 },
    });
  });

  it('is never reached where there is none', () => {
    const limits = new RunLimits({});
    for (let row = 0; row < 1000; row++)
      expect(limits.failed(new FalEditError('failed', 'x'))).toBeUndefined();
    expect(limits.failures).toBe(1000);
  });
});

it('The first reason to stop counts', () => {
  const limits = new RunLimits({});
  const [first, second] = [new FalEditError('auth', 'One.'), new FalEditError('budget', 'Two.')];
  limits.stop(first);
  limits.stop(second);
  expect(limits.stopped).toBe(first);
});

const system = (code: string): Error => Object.assign(new Error(code), { code });

describe('What the next row would meet as well', () => {
  const error = (kind: ErrorKind, more: ConstructorParameters<typeof FalEditError>[2] = {}): FalEditError =>
    new FalEditError(kind, 'It went wrong.', more);
  const unsaved = (code: string): FalEditError =>
    new SaveError('It went wrong.', '/out/a.png', { origin: system(code) });

  test.each<[string, FalEditError, boolean]>([
    ['no key', error('auth'), true],
    ['a locked account', error('account'), true],
    ['a bug', error('internal'), true],
    ['a ledger that fails', new LedgerError('input', 'It went wrong.', '/out/ledger.db', {}), true],
    ['a full disk', unsaved('ENOSPC'), true],
    [
      'a full disk, told for several pictures',
      unsaved('EDQUOT').with({ message: 'Two of them.', origin: unsaved('EDQUOT') }),
      true,
    ],
    ['a disk that is read-only', unsaved('EROFS'), true],
    ['a folder that one may not write to', unsaved('EACCES'), true],
    ['a name that is a folder', unsaved('EISDIR'), false],
    ['a name that is too long', unsaved('ENAMETOOLONG'), false],
    ['a full disk elsewhere', error('failed', { origin: system('ENOSPC') }), false],
    ['a prompt that fal refuses', error('moderated'), false],
    ['an edit that failed at fal', error('failed'), false],
    ['a picture that has changed', error('input'), false],
    ['no network', error('temporary'), false],
    ['an outcome that nobody knows', error('unknown'), false],
    ['a signal', new InterruptedError('SIGINT'), false],
  ])('%s: %#', (_, trouble, everybodys) => {
    expect(failsEveryRow(trouble)).toBe(everybodys);
  });
});
