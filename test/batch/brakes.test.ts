import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Brakes, isEverybodysTrouble } from '../../src/batch/brakes.js';
import { FalEditError, InterruptedError } from '../../src/errors.js';
import type { ErrorKind } from '../../src/exit-codes.js';
import type { Job } from '../../src/ledger/job.js';

type Settled = Parameters<Brakes['settle']>[1] & object;

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
function refusal(brakes: Brakes, key: string, usd: number): FalEditError | undefined {
  try {
    brakes.start(key, usd);
    return undefined;
  } catch (error) {
    return error as FalEditError;
  }
}

describe('A cap on what a run may cost', () => {
  it('is kept to the cent', () => {
    const brakes = new Brakes({ maxCostUsd: 0.3 });
    for (const key of ['a', 'b', 'c']) expect(refusal(brakes, key, 0.1)).toBeUndefined();
    expect(refusal(brakes, 'd', 0.000_001)).toMatchObject({
      kind: 'budget',
      charged: 'no',
      message:
        '--max-cost: this run has spent $0.30 of $0.30, and the next row may cost $0.000001. It was not sent.',
      hint: 'Edits already sent will finish. Run the same command again to continue.',
      details: { spent_usd: expect.closeTo(0.3, 9) as number, max_cost_usd: 0.3 },
    });
    expect(brakes.sent).toBe(3);
  });

  it('counts rows under way as estimated, and those that are over as they were billed', () => {
    const brakes = new Brakes({ maxCostUsd: 1 });
    brakes.start('a', 0.4);
    brakes.start('b', 0.4);
    expect(refusal(brakes, 'c', 0.4)).toBeDefined();
    brakes.settle('a', job('yes', 0.1));
    expect(brakes.spentUsd).toBeCloseTo(0.5, 9);
    expect(refusal(brakes, 'c', 0.4)).toBeUndefined();
    brakes.settle('b', job('yes', 0.6));
    expect(brakes.spentUsd).toBeCloseTo(1.1, 9);
    expect(refusal(brakes, 'd', 0)).toBeDefined();
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
    const brakes = new Brakes({});
    brakes.start('a', 0.4);
    brakes.settle('a', settled);
    expect([brakes.spentUsd, brakes.sent]).toEqual([spent, sent]);
    // Once and for all.
    brakes.settle('a', job('yes', 5));
    expect([brakes.spentUsd, brakes.sent]).toEqual([spent, sent]);
  });

  it.each([
    ['nothing was sent', [], false],
    ['all is billed', [job('yes', 0.3)], false],
    ['some is not billed', [job('yes'), job('yes', 0.3)], true],
    ['nothing is charged', [job('no')], false],
  ])('is not exact only where some of it is estimated: %s', (_, jobs, isEstimate) => {
    const brakes = new Brakes({});
    jobs.forEach((one, index) => {
      brakes.start(String(index), 0.4);
      expect(brakes.isEstimate).toBe(true);
      brakes.settle(String(index), one);
    });
    expect(brakes.isEstimate).toBe(isEstimate);
  });

  it('is passed by no order of rows that start and end, as long as fal bills what was estimated', () => {
    const cents = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cents, fc.boolean(), fc.constantFrom('yes', 'no', 'maybe')), { maxLength: 40 }),
        cents,
        (rows, cap) => {
          const brakes = new Brakes({ maxCostUsd: cap / 100 });
          let [open, settled]: [Map<string, number>, number] = [new Map(), 0];
          rows.forEach(([usd, ends, charged], index) => {
            const key = String(index);
            const sum = settled + [...open.values()].reduce((a, b) => a + b, 0);
            const refused = refusal(brakes, key, usd / 100) !== undefined;
            expect(refused).toBe(sum + usd > cap);
            if (!refused) open.set(key, usd);
            if (!ends) return;
            const [first] = open.keys();
            if (first === undefined) return;
            const was = open.get(first) ?? 0;
            open = new Map([...open].slice(1));
            if (charged !== 'no') settled += was;
            brakes.settle(first, job(charged));
          });
        },
      ),
    );
  });

  it('of nothing lets nothing through that costs something', () => {
    const brakes = new Brakes({ maxCostUsd: 0 });
    expect(refusal(brakes, 'a', 0.01)?.kind).toBe('budget');
    expect(refusal(brakes, 'b', 0)).toBeUndefined();
  });

  it('is told to whoever shows it', () => {
    expect(new Brakes({ maxCostUsd: 2 }).capUsd).toBe(2);
    expect(new Brakes({}).capUsd).toBeUndefined();
  });
});

describe('A cap on how many rows a run may send', () => {
  it('counts those that were sent, and not those that never were', () => {
    const brakes = new Brakes({ maxJobs: 2 });
    brakes.start('a', 1);
    brakes.settle('a', UNSENT);
    brakes.start('b', 1);
    brakes.start('c', 1);
    brakes.settle('b', job('no'));
    expect(refusal(brakes, 'd', 0)).toMatchObject({
      kind: 'budget',
      message: '--max-jobs: this run has sent 2 rows, the most allowed.',
      details: { sent: 2, max_jobs: 2 },
    });
  });

  it('of none sends none', () => {
    expect(refusal(new Brakes({ maxJobs: 0 }), 'a', 0)?.kind).toBe('budget');
  });
});

describe('A cap on how many rows may fail', () => {
  it('is reached with the last one, and says what it failed with', () => {
    const brakes = new Brakes({ maxFailures: 2 });
    expect(brakes.failed(new FalEditError('failed', 'One.'))).toBeUndefined();
    expect(brakes.failed(new FalEditError('moderated', 'Two.'))).toMatchObject({
      kind: 'partial',
      message: '--max-failures: 2 rows have failed. Last error: Two.',
      details: { failures: 2, max_failures: 2 },
    });
  });

  it('is never reached where there is none', () => {
    const brakes = new Brakes({});
    for (let row = 0; row < 1000; row++)
      expect(brakes.failed(new FalEditError('failed', 'x'))).toBeUndefined();
    expect(brakes.failures).toBe(1000);
  });
});

it('The first reason to stop counts', () => {
  const brakes = new Brakes({});
  const [first, second] = [new FalEditError('auth', 'One.'), new FalEditError('budget', 'Two.')];
  brakes.stop(first);
  brakes.stop(second);
  expect(brakes.stopped).toBe(first);
});

const system = (code: string): Error => Object.assign(new Error(code), { code });

describe('What the next row would meet as well', () => {
  const error = (kind: ErrorKind, more: ConstructorParameters<typeof FalEditError>[2] = {}): FalEditError =>
    new FalEditError(kind, 'It went wrong.', more);
  const unsaved = (code: string): FalEditError =>
    error('failed', { details: { target: '/out/a.png' }, origin: system(code) });

  test.each<[string, FalEditError, boolean]>([
    ['no key', error('auth'), true],
    ['a locked account', error('account'), true],
    ['a bug', error('internal'), true],
    ['a ledger that fails', error('input', { details: { ledger: '/out/ledger.db' } }), true],
    ['a full disk', unsaved('ENOSPC'), true],
    [
      'a full disk, told for several pictures',
      error('failed', { details: { target: 'a' }, origin: unsaved('EDQUOT') }),
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
    expect(isEverybodysTrouble(trouble)).toBe(everybodys);
  });
});
