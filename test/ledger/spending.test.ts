import { afterEach, describe, expect, it, vi } from 'vitest';
import { spending } from '../../src/ledger/spending.js';
import { jobIn, NOON, oneProcess } from './machine.js';

const HOUR = 3_600_000;

afterEach(() => vi.unstubAllEnvs());

/** A day as the local calendar has it. */
function dayOf(time: number): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

describe('What was spent by model', () => {
  it('tells apart what was billed, what is still to be billed, and what may have been sent', async () => {
    const { ledger } = await oneProcess();
    jobIn(ledger, 'saved');
    jobIn(ledger, 'completed');
    jobIn(ledger, 'accepted');
    jobIn(ledger, 'unknown');
    jobIn(ledger, 'intent');
    jobIn(ledger, 'moderated', { model: 'flux-2-lora' });
    expect(spending(ledger.db, { by: 'model' })).toEqual([
      { group: 'flux-2-lora', edits: 1, billedUsd: 0, estimatedUsd: 0.1, unknownUsd: 0, unpriced: 0 },
      { group: 'flux-general', edits: 5, billedUsd: 0.2, estimatedUsd: 0.1, unknownUsd: 0.2, unpriced: 0 },
    ]);
  });

  it('leaves out what cost nothing: not sent, refused, failed, cancelled, or billed at zero', async () => {
    const { ledger } = await oneProcess();
    for (const state of ['planned', 'rejected', 'failed', 'cancelled'] as const) jobIn(ledger, state);
    const { id } = jobIn(ledger, 'accepted');
    ledger.complete(id, { result: {}, billedUnits: 0, billedUsd: 0, targets: () => [] });
    expect(spending(ledger.db, { by: 'model' })).toEqual([]);
  });

  it('counts an end that fal charged for', async () => {
    const { ledger } = await oneProcess();
    ledger.end(jobIn(ledger, 'accepted').id, { state: 'failed', charged: 'yes' });
    ledger.end(jobIn(ledger, 'accepted').id, { state: 'cancelled', charged: 'maybe' });
    expect(spending(ledger.db, { by: 'model' })).toMatchObject([{ edits: 2, estimatedUsd: 0.2 }]);
  });

  it('keeps the built-in sandbox apart', async () => {
    const { ledger } = await oneProcess();
    jobIn(ledger, 'saved', { via: 'sandbox' });
    jobIn(ledger, 'saved', { via: 'sandbox' });
    jobIn(ledger, 'saved', { via: 'https://proxy.example/fal' });
    expect(spending(ledger.db, { by: 'model' })).toMatchObject([{ edits: 1, billedUsd: 0.1 }]);
    expect(spending(ledger.db, { by: 'model', sandbox: true })).toMatchObject([{ edits: 2, billedUsd: 0.2 }]);
  });

  it('begins where it is told to, that moment included', async () => {
    const { ledger, machine } = await oneProcess();
    jobIn(ledger, 'saved');
    machine.clock += 1;
    jobIn(ledger, 'saved');
    expect(spending(ledger.db, { by: 'model', since: NOON })).toMatchObject([{ edits: 2 }]);
    expect(spending(ledger.db, { by: 'model', since: NOON + 1 })).toMatchObject([{ edits: 1 }]);
    expect(spending(ledger.db, { by: 'model', since: NOON + 2 })).toEqual([]);
  });
});

describe.each(['UTC', 'America/New_York', 'Asia/Tokyo', 'Asia/Kolkata'])(
  'What was spent by day in %s',
  (zone) => {
    it('is put to the local day of the intent', async () => {
      vi.stubEnv('TZ', zone);
      const { ledger, machine } = await oneProcess();
      const midnight = new Date(2026, 4, 12).getTime();
      for (const time of [midnight - 1, midnight, midnight + 24 * HOUR - 1, midnight + 24 * HOUR]) {
        machine.clock = time;
        jobIn(ledger, 'saved');
      }
      expect(spending(ledger.db, { by: 'day' }).map(({ group, edits }) => [group, edits])).toEqual([
        ['2026-05-11', 1],
        ['2026-05-12', 2],
        ['2026-05-13', 1],
      ]);
    });

    it.each([
      { when: 'the clocks are put forward', day: new Date(2026, 2, 8) },
      { when: 'the clocks are put back', day: new Date(2026, 10, 1) },
    ])('agrees with the calendar where $when', async ({ day }) => {
      vi.stubEnv('TZ', zone);
      const { ledger, machine } = await oneProcess();
      const start = new Date(day.getFullYear(), day.getMonth(), day.getDate() - 1, 20).getTime();
      const expected = new Map<string, number>();
      for (let time = start; time < start + 34 * HOUR; time += HOUR / 2) {
        machine.clock = time;
        jobIn(ledger, 'accepted');
        expected.set(dayOf(time), (expected.get(dayOf(time)) ?? 0) + 1);
      }
      expect(spending(ledger.db, { by: 'day' }).map(({ group, edits }) => [group, edits])).toEqual([
        ...expected,
      ]);
    });
  },
);

describe('The zones of these tests', () => {
  it('are in force, with a day of 25 hours in New York', () => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(new Date(2026, 10, 2).getTime() - new Date(2026, 10, 1).getTime()).toBe(25 * HOUR);
    vi.stubEnv('TZ', 'Asia/Tokyo');
    expect(new Date(2026, 10, 2).getTime() - new Date(2026, 10, 1).getTime()).toBe(24 * HOUR);
  });
});
