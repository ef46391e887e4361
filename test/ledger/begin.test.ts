import { describe, expect, it } from 'vitest';
import type { JobState, NewJob } from '../../src/ledger/job.js';
import type { Beginning, Ledger } from '../../src/ledger/ledger.js';
import { intend, jobIn, Machine, newJob, oneProcess, plan } from './machine.js';

function begin(ledger: Ledger, changes: Partial<NewJob> = {}, again = false): Beginning {
  return ledger.begin(newJob(changes), { caps: {}, again });
}

/** In one word, for the tables below. */
function kindOf(beginning: Beginning): string {
  return beginning.kind === 'new' ? 'new' : beginning.former.kind;
}

describe('A command that is run again after its process died', () => {
  it.each<{ state: JobState; kind: string }>([
    { state: 'planned', kind: 'new' },
    { state: 'intent', kind: 'unknown' },
    { state: 'accepted', kind: 'awaited' },
    { state: 'completed', kind: 'awaited' },
    { state: 'saved', kind: 'new' },
    { state: 'rejected', kind: 'new' },
    { state: 'failed', kind: 'new' },
    { state: 'moderated', kind: 'new' },
    { state: 'unknown', kind: 'unknown' },
    { state: 'cancelled', kind: 'new' },
  ])('with a job that is $state: $kind', async ({ state, kind }) => {
    const machine = await Machine.boot();
    const first = await machine.start();
    const { id } = jobIn(first.ledger, state);
    machine.kill(first);
    const second = await machine.start();
    const beginning = begin(second.ledger);
    expect(kindOf(beginning)).toBe(kind);
    const job = beginning.kind === 'new' ? beginning.job : beginning.former.job;
    expect(job.id === id).toBe(kind !== 'new');
  });

  it('takes up what fal has, so that a third run does not', async () => {
    const machine = await Machine.boot();
    const first = await machine.start();
    const { id } = jobIn(first.ledger, 'accepted');
    machine.kill(first);
    const [second, third] = [await machine.start(), await machine.start()];
    expect(kindOf(begin(second.ledger))).toBe('awaited');
    expect(third.ledger.mustFind(id).owner).toEqual(second.self);
    expect(kindOf(begin(third.ledger))).toBe('new');
  });

  it('takes up nothing of what may have been sent: that is for a person to decide', async () => {
    const machine = await Machine.boot();
    const first = await machine.start();
    const { id, owner } = jobIn(first.ledger, 'intent');
    machine.kill(first);
    const second = await machine.start();
    expect([1, 2, 3].map(() => kindOf(begin(second.ledger)))).toEqual(['unknown', 'unknown', 'unknown']);
    expect(second.ledger.mustFind(id).owner).toEqual(owner);
  });

  it('takes up what its process has let go of while it lives', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    expect(kindOf(begin(ledger))).toBe('new');
    ledger.release(id);
    expect(begin(ledger)).toMatchObject({ kind: 'former', former: { job: { id } } });
  });

  it('prefers what fal surely has to what it may have, and the newest of several', async () => {
    const machine = await Machine.boot();
    const first = await machine.start();
    const states = ['accepted', 'completed', 'intent', 'unknown'] as const;
    const [, completed, , unknown] = states.map((state) => jobIn(first.ledger, state));
    machine.kill(first);
    const { ledger } = await machine.start();
    expect(begin(ledger)).toMatchObject({ former: { kind: 'awaited', job: { id: completed!.id } } });
    expect(begin(ledger)).toMatchObject({ former: { kind: 'awaited' } });
    expect(begin(ledger)).toMatchObject({ former: { kind: 'unknown', job: { id: unknown!.id } } });
  });

  it('is another command where anything else was asked for', async () => {
    const { ledger } = await oneProcess();
    ledger.release(jobIn(ledger, 'accepted').id);
    jobIn(ledger, 'unknown');
    expect(kindOf(begin(ledger, { askedHash: 'another' }))).toBe('new');
  });

  it.each(['accepted', 'unknown'] as const)('pays for another one when it is told to: %s', async (state) => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, state);
    ledger.release(id);
    const beginning = begin(ledger, {}, true);
    expect(kindOf(beginning)).toBe('new');
    expect(ledger.mustFind(id)).toMatchObject({ state, owner: undefined });
  });

  it('begins anew on the built-in sandbox, which forgets everything with its run', async () => {
    const { ledger } = await oneProcess();
    ledger.release(jobIn(ledger, 'accepted', { via: 'sandbox' }).id);
    expect(kindOf(begin(ledger, { via: 'sandbox' }))).toBe('new');
  });

  it('comes before the caps: what is paid for already costs nothing', async () => {
    const { ledger } = await oneProcess();
    ledger.release(jobIn(ledger, 'accepted').id);
    const beginning = ledger.begin(newJob(), { caps: { maxCostUsd: 0, dailyCapUsd: 0 }, again: false });
    expect(kindOf(beginning)).toBe('awaited');
  });
});

describe('A command that sends and leaves', () => {
  it('is not taken up by another run: each run wants its own', async () => {
    const { ledger } = await oneProcess();
    ledger.release(jobIn(ledger, 'accepted', { detached: true }).id);
    expect(kindOf(begin(ledger))).toBe('new');
    expect(kindOf(begin(ledger, { detached: true }))).toBe('new');
  });

  it('takes up nothing that an attached run left', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    ledger.release(id);
    expect(kindOf(begin(ledger, { detached: true }))).toBe('new');
    expect(ledger.mustFind(id).owner).toBeUndefined();
  });

  it('is held up by one that may have been sent, as any other', async () => {
    const { ledger } = await oneProcess();
    jobIn(ledger, 'unknown', { detached: true });
    expect(kindOf(begin(ledger, { detached: true }))).toBe('unknown');
    expect(kindOf(begin(ledger))).toBe('unknown');
  });
});

describe('An intent that is not the end of its process', () => {
  it('holds up nobody while its process lives', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    intend(one.ledger, plan(one.ledger));
    expect(kindOf(begin(two.ledger))).toBe('new');
  });
});
