import { afterEach, describe, expect, it, vi } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import type { Caps } from '../../src/ledger/spending.js';
import type { NewJob } from '../../src/ledger/job.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { intend, jobIn, Machine, NOON, oneProcess, plan } from './machine.js';

const HOUR = 3_600_000;

afterEach(() => vi.unstubAllEnvs());

/** Begins an edit of ten cents; the refusal, where it is refused. */
function refusal(ledger: Ledger, caps: Caps, changes: Partial<NewJob> = {}): FalEditError | undefined {
  try {
    plan(ledger, changes, caps);
    return undefined;
  } catch (error) {
    if (error instanceof FalEditError) return error;
    throw error;
  }
}

describe('The cap of a run', () => {
  it('lets through what costs as much, and refuses more, with the figures', async () => {
    const { ledger } = await oneProcess();
    expect(refusal(ledger, { maxCostUsd: 0.1 })).toBeUndefined();
    expect(refusal(ledger, { maxCostUsd: 0.075 })).toMatchObject({
      kind: 'budget',
      message: '--max-cost: this edit may cost $0.10, more than $0.075. Nothing was sent.',
      charged: 'no',
      details: { estimated_usd: 0.1, max_cost_usd: 0.075 },
    });
  });

  it('is not exceeded by the dust of a sum', async () => {
    const { ledger } = await oneProcess();
    expect(refusal(ledger, { maxCostUsd: 0.3 }, { estimatedUsd: 0.1 + 0.2 })).toBeUndefined();
  });

  it('leaves nothing in the ledger of what it refused', async () => {
    const { ledger } = await oneProcess();
    expect(refusal(ledger, { maxCostUsd: 0 })).toBeDefined();
    expect(refusal(ledger, { dailyCapUsd: 0 })).toBeDefined();
    expect(ledger.db.rows('SELECT * FROM jobs')).toEqual([]);
  });
});

describe('The cap of a day', () => {
  it('counts what other processes have spent, and says how much', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    jobIn(one.ledger, 'saved');
    jobIn(one.ledger, 'accepted');
    expect(refusal(two.ledger, { dailyCapUsd: 0.25 })).toMatchObject({
      kind: 'budget',
      message:
        '--daily-cap: $0.20 of $0.25 is already spent today, and this edit may cost $0.10. Nothing was sent.',
      charged: 'no',
      details: { daily_cap_usd: 0.25, spent_today_usd: 0.2, unknown_usd: 0, estimated_usd: 0.1 },
    });
    expect(refusal(two.ledger, { dailyCapUsd: 0.3 })).toBeUndefined();
  });

  it('counts what may have been sent as spent, and names it', async () => {
    const { ledger } = await oneProcess();
    jobIn(ledger, 'unknown');
    jobIn(ledger, 'intent');
    jobIn(ledger, 'saved');
    const refused = refusal(ledger, { dailyCapUsd: 0.35 });
    expect(refused?.message).toContain(
      '$0.30 of $0.35 is already spent today (including $0.20 for edits whose outcome is unknown)',
    );
  });

  it('does not count what was not charged', async () => {
    const { ledger } = await oneProcess();
    for (const state of ['rejected', 'failed', 'cancelled'] as const) jobIn(ledger, state);
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeUndefined();
  });

  it('counts what fal billed instead of the estimate where that is known', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    ledger.complete(id, { result: {}, billedUnits: 1, billedUsd: 0.04, targets: () => [] });
    expect(refusal(ledger, { dailyCapUsd: 0.13 })?.details).toMatchObject({ spent_today_usd: 0.04 });
    expect(refusal(ledger, { dailyCapUsd: 0.14 })).toBeUndefined();
  });

  it('counts what a live process is about to send, and nothing of a dead one', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    plan(one.ledger);
    expect(refusal(two.ledger, { dailyCapUsd: 0.15 })?.message).toContain(
      '$0.10 of $0.15 is already spent today (including $0.10 for edits that other runs are about to send)',
    );
    machine.kill(one);
    expect(refusal(two.ledger, { dailyCapUsd: 0.15 })).toBeUndefined();
  });

  it('has one winner where two want the last dollar', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    expect(refusal(one.ledger, { dailyCapUsd: 0.1 })).toBeUndefined();
    expect(refusal(two.ledger, { dailyCapUsd: 0.1 })).toBeDefined();
  });

  it('is looked at and taken from in one go: nobody else writes in between', async () => {
    const machine = await Machine.boot();
    const [one, other] = [await machine.start(), await machine.start()];
    plan(one.ledger);
    other.ledger.db.row('PRAGMA busy_timeout = 0');
    const tries: unknown[] = [];
    const ledger = await Ledger.open(machine.folder, {
      ...machine.contextOf({ host: 'here', pid: 99, started: '1' }),
      // Asked while the money of the others is counted.
      isRunning: () => {
        try {
          tries.push(plan(other.ledger));
        } catch (error) {
          tries.push((error as FalEditError).kind);
        }
        return true;
      },
    });
    expect(refusal(ledger, { dailyCapUsd: 0.2 })).toBeUndefined();
    ledger.close();
    expect(tries).toEqual(['temporary']);
  });

  it('is not exceeded by the dust of a sum', async () => {
    const { ledger } = await oneProcess();
    intend(ledger, plan(ledger, { estimatedUsd: 0.1 }));
    expect(refusal(ledger, { dailyCapUsd: 0.3 }, { estimatedUsd: 0.2 })).toBeUndefined();
    expect(refusal(ledger, { dailyCapUsd: 0.3 }, { estimatedUsd: 0.000_01 })).toBeDefined();
  });

  it('keeps the built-in sandbox and the real fal apart', async () => {
    const { ledger } = await oneProcess();
    jobIn(ledger, 'saved', { via: 'sandbox' });
    plan(ledger, { via: 'sandbox' });
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeUndefined();
    expect(refusal(ledger, { dailyCapUsd: 0.25 }, { via: 'sandbox' })).toBeDefined();
  });

  it('counts all other ways to fal together', async () => {
    const { ledger } = await oneProcess();
    jobIn(ledger, 'saved', { via: 'https://proxy.example/fal' });
    expect(refusal(ledger, { dailyCapUsd: 0.15 })).toBeDefined();
  });
});

describe('The day', () => {
  it.each([
    { zone: 'UTC', offset: 0 },
    { zone: 'America/New_York', offset: 240 },
    { zone: 'Asia/Tokyo', offset: -540 },
  ])('begins at the local midnight: $zone', async ({ zone, offset }) => {
    vi.stubEnv('TZ', zone);
    expect(new Date(2026, 4, 12).getTimezoneOffset()).toBe(offset);
    const { ledger, machine } = await oneProcess();
    machine.clock = new Date(2026, 4, 11, 23, 59, 59, 999).getTime();
    jobIn(ledger, 'saved');
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeDefined();
    machine.clock += 1;
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeUndefined();
    // With that one, about to be sent, and this one, of the first moment of the day.
    jobIn(ledger, 'saved');
    expect(refusal(ledger, { dailyCapUsd: 0.25 })).toBeDefined();
  });

  it('has 25 hours where the clocks are put back', async () => {
    vi.stubEnv('TZ', 'America/New_York');
    const { ledger, machine } = await oneProcess();
    machine.clock = new Date(2026, 10, 1, 0, 30).getTime();
    jobIn(ledger, 'saved');
    machine.clock += 24 * HOUR;
    expect(new Date(machine.clock).getDate()).toBe(1);
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeDefined();
    machine.clock += HOUR;
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeUndefined();
  });

  it('goes on counting what was sent before the clock was put back', async () => {
    const { ledger, machine } = await oneProcess();
    jobIn(ledger, 'saved');
    machine.clock = NOON - 72 * HOUR;
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeDefined();
  });

  it('of a job is that of its intent, not that of its plan or its end', async () => {
    const { ledger, machine } = await oneProcess();
    const id = plan(ledger);
    machine.clock += 24 * HOUR;
    intend(ledger, id);
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeDefined();
    machine.clock += 24 * HOUR;
    ledger.accept(id, 'fal-late');
    expect(refusal(ledger, { dailyCapUsd: 0.1 })).toBeUndefined();
  });
});
