import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { findJob, snapshotOf, type Snapshot } from '../../src/ledger/lookup.js';
import { complete, intend, Machine, newJob, newRequestId, picture, type Process } from './machine.js';

/** As much of fal as there is to pay for: what it took, and for which job. */
class Till {
  readonly accepted: { requestId: string; job: string }[] = [];

  post(job: string): string {
    const requestId = newRequestId();
    this.accepted.push({ requestId, job });
    return requestId;
  }

  /** What a person finds in fal's history. */
  find(job: string): string | undefined {
    return this.accepted.find((entry) => entry.job === job)?.requestId;
  }
}

interface Wish {
  command: string;
  dailyCapUsd?: number;
  /** Asked at each answer of fal: whether it gets lost on its way. */
  isLost: () => boolean;
}

/** Runs a command until its picture is saved. At each yield another process may be quicker, or this one may die. */
function* live(
  { ledger }: Process,
  till: Till,
  { command, dailyCapUsd, isLost }: Wish,
  since: Snapshot,
): Generator<undefined> {
  for (;;) {
    const job = newJob({ askedHash: command });
    const beginning = ledger.begin(job, { caps: { dailyCapUsd }, again: false, since });
    yield;
    if (beginning.kind === 'former' && beginning.former.kind === 'busy') continue;
    if (beginning.kind === 'former' && beginning.former.kind === 'ended') {
      if (beginning.former.job.state === 'saved') return;
      // A person looks at it, and runs the command anew.
      since = snapshotOf(ledger, job);
      continue;
    }
    if (beginning.kind === 'former' && beginning.former.kind === 'unknown') {
      const { id } = beginning.former.job;
      const requestId = till.find(id);
      yield;
      if (requestId === undefined) ledger.end(id, { state: 'rejected', charged: 'no' });
      else ledger.accept(id, requestId);
      yield;
      continue;
    }
    const { id } = beginning.kind === 'new' ? beginning.job : beginning.former.job;
    if (beginning.kind === 'new') {
      intend(ledger, id);
      yield;
      const requestId = till.post(id);
      yield;
      if (isLost()) {
        ledger.end(id, { state: 'unknown', charged: 'maybe' });
        yield;
        continue;
      }
      ledger.accept(id, requestId);
      yield;
    }
    complete(ledger, id, `/pictures/${id}.png`);
    yield;
    ledger.saveImage(id, picture(0, `/pictures/${id}.png`));
    return;
  }
}

/** One move: whose it is, and what goes wrong with it. */
interface Move {
  seat: number;
  crash: boolean;
  lost: boolean;
}

function moves(seats: number): fc.Arbitrary<Move[]> {
  const rarely = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true));
  return fc.array(fc.record({ seat: fc.nat(seats - 1), crash: rarely, lost: rarely }), { maxLength: 40 });
}

/** What came of it, by seat. */
type Outcome = 'saved' | 'refused';

/**
 * Runs one command a seat, in the order of the moves, each started again when it dies; when the moves are over
 * everybody comes to the end undisturbed.
 */
async function play(
  {
    commands,
    order,
    dailyCapUsd,
  }: { commands: readonly string[]; order: readonly Move[]; dailyCapUsd?: number },
  watch: (till: Till) => void,
): Promise<{ till: Till; outcomes: Outcome[]; states: (string | undefined)[] }> {
  const machine = await Machine.boot();
  const till = new Till();
  const outcomes: Outcome[] = [];
  let lost = false;
  const isLost = (): boolean => lost;
  const start = async (command: string) => {
    const process = await machine.start();
    const caps = dailyCapUsd === undefined ? {} : { dailyCapUsd };
    const since = snapshotOf(process.ledger, newJob({ askedHash: command }));
    return { process, life: live(process, till, { command, isLost, ...caps }, since) };
  };
  const seats = await Promise.all(commands.map(start));
  const move = async ({ seat, crash, lost: isLostNow }: Move): Promise<void> => {
    if (outcomes[seat] !== undefined) return;
    if (crash) {
      machine.kill(seats[seat]!.process);
      seats[seat] = await start(commands[seat]!);
      return;
    }
    lost = isLostNow;
    try {
      if (seats[seat]!.life.next().done === true) outcomes[seat] = 'saved';
    } catch (error) {
      if (!(error instanceof FalEditError && error.kind === 'budget')) throw error;
      outcomes[seat] = 'refused';
    }
    watch(till);
  };
  for (const next of order) await move(next);
  // In turns: one may have to wait for another.
  while (commands.some((_, seat) => outcomes[seat] === undefined)) {
    for (const seat of commands.keys()) await move({ seat, crash: false, lost: false });
  }
  const { ledger } = await machine.start();
  const states = till.accepted.map(({ requestId }) => findJob(ledger, 'request_id', requestId)?.state);
  machine.shutDown();
  return { till, outcomes, states };
}

/** Every order in which two may take so many moves each. */
function* orders(first: number, second: number): Generator<Move[]> {
  if (first + second === 0) yield [];
  for (const [seat, left] of [first, second].entries()) {
    if (left === 0) continue;
    const rest = seat === 0 ? orders(first - 1, second) : orders(first, second - 1);
    for (const others of rest) yield [{ seat, crash: false, lost: false }, ...others];
  }
}

describe('A command that is started again until its picture is here', () => {
  it('is paid for once, wherever it dies and whatever answer is lost', async () => {
    await fc.assert(
      fc.asyncProperty(moves(1), async (order) => {
        const { till, outcomes, states } = await play({ commands: ['a'], order }, ({ accepted }) =>
          expect(accepted.length).toBeLessThanOrEqual(1),
        );
        expect(till.accepted).toHaveLength(1);
        expect([outcomes, states]).toEqual([['saved'], ['saved']]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'is paid for once when it dies after %i steps, and again after each of those',
    async (step) => {
      for (let second = 0; second <= 6; second++) {
        const on = { seat: 0, crash: false, lost: false };
        const dies = { ...on, crash: true };
        const order = [...Array<Move>(step).fill(on), dies, ...Array<Move>(second).fill(on), dies];
        const { till, states } = await play({ commands: ['a'], order }, () => undefined);
        expect(till.accepted).toHaveLength(1);
        expect(states).toEqual(['saved']);
      }
    },
  );
});

describe('Two on one ledger', () => {
  it('that run the same command at once pay for one picture, in each of the 70 orders', async () => {
    for (const order of orders(4, 4)) {
      const { till, outcomes, states } = await play({ commands: ['a', 'a'], order }, () => undefined);
      expect([till.accepted.length, outcomes, states]).toEqual([1, ['saved', 'saved'], ['saved']]);
    }
  });

  it('that run the same command get what is paid for, wherever either of them dies and begins anew', async () => {
    await fc.assert(
      fc.asyncProperty(moves(2), async (order) => {
        const { till, outcomes, states } = await play({ commands: ['a', 'a'], order }, ({ accepted }) =>
          expect(accepted.length).toBeLessThanOrEqual(2),
        );
        expect(new Set(till.accepted.map(({ job }) => job)).size).toBe(till.accepted.length);
        expect(outcomes).toEqual(['saved', 'saved']);
        expect(new Set(states)).toEqual(new Set(['saved']));
      }),
      { numRuns: 100 },
    );
  });

  it('that run different commands take nothing from each other', async () => {
    await fc.assert(
      fc.asyncProperty(moves(2), async (order) => {
        const { states } = await play({ commands: ['a', 'b'], order }, () => undefined);
        expect(states).toEqual(['saved', 'saved']);
      }),
      { numRuns: 40 },
    );
  });

  it('and a cap for one: one is sent and one is refused, in each of the 70 orders', async () => {
    let count = 0;
    for (const order of orders(4, 4)) {
      const { till, outcomes } = await play(
        { commands: ['a', 'b'], order, dailyCapUsd: 0.1 },
        () => undefined,
      );
      expect(till.accepted).toHaveLength(1);
      expect(outcomes.toSorted()).toEqual(['refused', 'saved']);
      count++;
    }
    expect(count).toBe(70);
  });
});

describe('Four on one ledger', () => {
  it('never send more than the cap of the day allows, wherever they die', async () => {
    await fc.assert(
      fc.asyncProperty(moves(4), async (order) => {
        const commands = ['a', 'b', 'c', 'd'];
        await play({ commands, order, dailyCapUsd: 0.25 }, ({ accepted }) =>
          expect(accepted.length * 0.1).toBeLessThanOrEqual(0.25),
        );
      }),
      { numRuns: 60 },
    );
  });
});
