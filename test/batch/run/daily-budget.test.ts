import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dailyBudget, type DailyBudget } from '../../../src/batch/run/daily-budget.js';
import type { FalEditError } from '../../../src/errors/error.js';
import { spending, spentToday } from '../../../src/ledger/spending.js';
import { Ledger } from '../../../src/ledger/ledger.js';
import { tempDir } from '../../support/temp-dir.js';
import { intend, jobIn, Machine, newJob, NOON, plan } from '../../ledger/machine.js';

const HOUR = 3_600_000;

interface Batch {
  own: Ledger;
  budget: DailyBudget;
  /** Sends a row of ten cents through the budget, up to its intent; undefined, or why it must not be sent. */
  send: (key: string, usd?: number) => FalEditError | undefined;
  /** The row is over: billed at so much, or not charged. */
  end: (key: string, billedUsd: number | 'no' | 'unknown') => void;
  close: () => void;
}

/** One machine with a user's ledger and a clock, and batches with ledgers of their own. */
async function machine() {
  const box = await Machine.boot();
  const batch = async (
    dailyCapUsd: number | undefined,
    { folder, via = 'fal' }: { folder?: string; via?: string } = {},
  ): Promise<Batch & { folder: string }> => {
    const place = folder ?? path.join(await tempDir(), 'out');
    const { ledger: home, self } = await box.start();
    const own = await Ledger.open(place, box.contextOf(self), 'portable');
    onTestFinished(() => own.close());
    const budget = dailyBudget({ own, users: home, folder: place, via, dailyCapUsd });
    const ids = new Map<string, string>();
    return {
      ...{ own, budget, folder: place },
      send: (key, usd = 0.1) => {
        try {
          budget.take(key, usd);
        } catch (error) {
          return error as FalEditError;
        }
        const id = plan(own, { askedHash: key, estimatedUsd: usd, via });
        intend(own, id);
        ids.set(key, id);
        return undefined;
      },
      end: (key, billed) => {
        const id = ids.get(key)!;
        if (billed === 'no') own.end(id, { state: 'rejected', charged: 'no' });
        else if (billed === 'unknown') own.end(id, { state: 'unknown', charged: 'maybe' });
        else {
          own.accept(id, `request of ${key} in ${place}`);
          own.complete(id, { result: {}, billedUnits: 1, billedUsd: billed, targets: () => [] });
        }
        budget.settle(key, own.mustFind(id));
      },
      close: () => {
        budget.close();
        own.close();
      },
    };
  };
  return { box, batch, home: (await box.start()).ledger };
}

/** What a single edit of ten cents is refused with. */
function edit(home: Ledger, dailyCapUsd: number): FalEditError | undefined {
  try {
    home.begin(newJob(), { caps: { dailyCapUsd }, again: true });
    return undefined;
  } catch (error) {
    return error as FalEditError;
  }
}

const total = (home: Ledger, via = 'fal'): number => spentToday(home.db, via, home.context).total;

describe('A cap on the day', () => {
  it('is shared by two batches and single edits, to the cent', async () => {
    const { batch, home } = await machine();
    const [one, two] = [await batch(0.5), await batch(0.5)];
    expect(one.send('a')).toBeUndefined();
    expect(two.send('b')).toBeUndefined();
    expect(edit(home, 0.5)).toBeUndefined();
    expect(one.send('c')).toBeUndefined();
    expect(two.send('d')).toBeUndefined();
    for (const batchOf of [one, two]) {
      expect(batchOf.send('e', 0.01)).toMatchObject({
        kind: 'budget',
        message: expect.stringContaining('--daily-cap: $0.50 of $0.50 is already spent today') as string,
      });
    }
    expect(edit(home, 0.5)).toMatchObject({ kind: 'budget' });
    expect(total(home)).toBeCloseTo(0.5, 9);
  });

  it('gets back what was not charged, and what was estimated too high', async () => {
    const { batch } = await machine();
    const [one, two] = [await batch(0.3), await batch(0.3)];
    for (const key of ['a', 'b', 'c']) expect(one.send(key)).toBeUndefined();
    expect(two.send('x')).toBeDefined();
    one.end('a', 'no');
    one.end('b', 0.02);
    // Told with the next row, or at the end.
    expect(one.send('d', 0.01)).toBeUndefined();
    expect(two.send('x')).toBeUndefined();
    expect(two.send('y', 0.08)).toBeDefined();
    one.end('c', 'unknown');
    one.end('d', 0.01);
    one.close();
    expect(two.send('y', 0.07)).toBeUndefined();
  });

  it('knows what the batch itself spent earlier on the day, in other runs', async () => {
    const { batch, home, box } = await machine();
    const first = await batch(0.3);
    first.send('a');
    first.end('a', 0.2);
    first.close();
    expect(total(home)).toBeCloseTo(0.2, 9);
    const second = await batch(0.3, { folder: first.folder });
    expect(second.send('b')).toBeUndefined();
    expect(total(home)).toBeCloseTo(0.3, 9);
    expect(second.send('c', 0.01)).toBeDefined();
    second.end('b', 0.1);
    box.clock = NOON + 13 * HOUR;
    expect(second.send('c', 0.3)).toBeUndefined();
    expect(second.send('d', 0.01)).toBeDefined();
  });

  it('counts what is under way when the day ends for both days', async () => {
    const { batch, box } = await machine();
    const { send, end } = await batch(0.3);
    send('a', 0.2);
    box.clock = NOON + 13 * HOUR;
    expect(send('b', 0.2)).toBeDefined();
    end('a', 0.2);
    expect(send('b', 0.1)).toBeUndefined();
    expect(send('c', 0.01)).toBeDefined();
  });

  it('keeps what a batch was about to spend when it was killed', async () => {
    const { batch, home } = await machine();
    const killed = await batch(0.3);
    killed.send('a');
    killed.send('b');
    killed.own.close();
    expect(total(home)).toBeCloseTo(0.2, 9);
    expect(edit(home, 0.3)).toBeUndefined();
    expect(edit(home, 0.3)).toBeDefined();
    // Its next run tells what it really was.
    const next = await batch(0.3, { folder: killed.folder });
    next.close();
    expect(total(home)).toBeCloseTo(0.3, 9);
    expect(spentToday(home.db, 'fal', home.context).unknown).toBeCloseTo(0.2, 9);
  });

  it('is one for the sandbox and another for fal', async () => {
    const { batch, home } = await machine();
    const [real, played] = [await batch(0.1), await batch(0.1, { via: 'sandbox' })];
    expect([played.send('a'), real.send('b')]).toEqual([undefined, undefined]);
    expect([played.send('c'), real.send('d')].map((error) => error?.kind)).toEqual(['budget', 'budget']);
    expect([total(home), total(home, 'sandbox')]).toEqual([expect.closeTo(0.1, 9), expect.closeTo(0.1, 9)]);
  });

  it('is none where there is none; the user’s ledger is told all the same', async () => {
    const { batch, home, box } = await machine();
    const { send, end, close } = await batch(undefined);
    for (let row = 0; row < 30; row++) expect(send(`row ${row}`)).toBeUndefined();
    end('row 0', 0.1);
    box.clock += 6000;
    end('row 1', 0.1);
    // Rows under way may be charged.
    expect(total(home)).toBeCloseTo(3, 9);
    for (let row = 2; row < 30; row++) end(`row ${row}`, 'no');
    close();
    expect(total(home)).toBeCloseTo(0.2, 9);
  });
});

describe('What was spent', () => {
  it('names batches beside single edits, by model and by day', async () => {
    const { batch, home, box } = await machine();
    jobIn(home, 'saved');
    const { own, budget } = await batch(undefined);
    jobIn(own, 'saved');
    jobIn(own, 'unknown');
    jobIn(own, 'saved', { model: 'flux-2-lora' });
    jobIn(own, 'rejected');
    box.clock = NOON + 24 * HOUR;
    jobIn(own, 'accepted');
    budget.close();
    const none = { billedUsd: 0, estimatedUsd: 0, unknownUsd: 0, unpriced: 0 };
    expect(spending(home.db, { by: 'model' })).toEqual([
      { ...none, group: 'flux-2-lora', edits: 1, billedUsd: 0.1 },
      { group: 'flux-general', edits: 4, billedUsd: 0.2, estimatedUsd: 0.1, unknownUsd: 0.1, unpriced: 0 },
    ]);
    expect(spending(home.db, { by: 'day' }).map(({ group, edits }) => [group, edits])).toEqual([
      ...[
        ['2026-05-12', 4],
        ['2026-05-13', 1],
      ],
    ]);
    expect(spending(home.db, { by: 'day', since: NOON + HOUR }).map(({ edits }) => edits)).toEqual([1]);
    expect(spending(home.db, { by: 'model', sandbox: true })).toEqual([]);
  });

  it('is told again and again by the same batch, and counted once', async () => {
    const { batch, home } = await machine();
    const first = await batch(undefined);
    jobIn(first.own, 'saved');
    first.budget.close();
    first.close();
    const second = await batch(undefined, { folder: first.folder });
    second.close();
    expect(spending(home.db, { by: 'model' })).toMatchObject([{ edits: 1, billedUsd: 0.1 }]);
  });

  it('on earlier days is not forgotten with a run that is killed on a later one', async () => {
    const { batch, home, box } = await machine();
    const first = await batch(1);
    first.send('a');
    first.end('a', 0.1);
    first.close();
    box.clock = NOON + 24 * HOUR;
    const killed = await batch(1, { folder: first.folder });
    killed.send('b');
    killed.own.close();
    expect(spending(home.db, { by: 'day' })).toMatchObject([
      { group: '2026-05-12', edits: 1, billedUsd: 0.1 },
    ]);
    expect(total(home)).toBeCloseTo(0.1, 9);
  });
});
