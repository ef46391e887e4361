import { describe, expect, it } from 'vitest';
import type { JobState, NewJob } from '../../src/ledger/job.js';
import type { Beginning, Ledger } from '../../src/ledger/ledger.js';
import { usageError } from '../../src/errors/error.js';
import { listJobs, snapshotOf } from '../../src/ledger/lookup.js';
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

  it('takes up what fal has, so that a third run waits', async () => {
    const machine = await Machine.boot();
    const first = await machine.start();
    const { id } = jobIn(first.ledger, 'accepted');
    machine.kill(first);
    const [second, third] = [await machine.start(), await machine.start()];
    expect(kindOf(begin(second.ledger))).toBe('awaited');
    expect(third.ledger.mustFind(id).owner).toEqual(second.self);
    expect(kindOf(begin(third.ledger))).toBe('busy');
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
    expect(kindOf(begin(ledger))).toBe('busy');
    ledger.release(id);
    expect(begin(ledger)).toMatchObject({ kind: 'former', former: { kind: 'awaited', job: { id } } });
  });

  it('prefers what fal surely has to what it may have, and the newest of several', async () => {
    const machine = await Machine.boot();
    const first = await machine.start();
    const states = ['accepted', 'completed', 'intent', 'unknown'] as const;
    const [accepted, completed, , unknown] = states.map((state) => jobIn(first.ledger, state));
    machine.kill(first);
    const { ledger } = await machine.start();
    expect(begin(ledger)).toMatchObject({ former: { kind: 'awaited', job: { id: completed!.id } } });
    expect(begin(ledger)).toMatchObject({ former: { kind: 'awaited' } });
    expect(kindOf(begin(ledger))).toBe('busy');
    for (const one of [accepted, completed]) ledger.finish(one!.id);
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

describe('A command whose first run is under way', () => {
  it.each(['planned', 'intent', 'accepted', 'completed'] as const)('waits for it: %s', async (state) => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const { id } = jobIn(one.ledger, state);
    expect(begin(two.ledger)).toMatchObject({ former: { kind: 'busy', job: { id } } });
    expect(kindOf(begin(two.ledger, {}, true))).toBe('new');
    expect(kindOf(begin(two.ledger, { detached: true }))).toBe('new');
    expect(kindOf(begin(two.ledger, { via: 'sandbox' }))).toBe('new');
  });

  it('ends as that one does, where it began before the end', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const first = newJob();
    const before = snapshotOf(two.ledger, first);
    const { id } = jobIn(one.ledger, 'accepted');
    const meanwhile = snapshotOf(two.ledger, first);
    one.ledger.end(id, { state: 'failed', charged: 'no' });
    for (const since of [before, meanwhile]) {
      const beginning = two.ledger.begin(first, { caps: {}, again: false, since });
      expect(beginning).toMatchObject({ former: { kind: 'ended', job: { id } } });
    }
    const since = snapshotOf(two.ledger, first);
    expect(kindOf(two.ledger.begin(first, { caps: {}, again: false, since }))).toBe('new');
  });

  it('takes its place where it was stopped before it cost anything', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const since = snapshotOf(two.ledger, newJob());
    const error = { kind: 'interrupted', message: 'stopped' } as const;
    one.ledger.end(plan(one.ledger), { state: 'cancelled', charged: 'no', error });
    expect(kindOf(two.ledger.begin(newJob(), { caps: {}, again: false, since }))).toBe('new');
  });

  it('takes the place of one that cannot be seen, which then sends nothing any more', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const id = plan(one.ledger);
    two.ledger.context.isRunning = () => undefined;
    expect(kindOf(begin(two.ledger))).toBe('new');
    expect(() => intend(one.ledger, id)).toThrow(/took its place before it was sent\. Nothing was sent\./);
  });

  it('begins nothing under a name that is taken', async () => {
    const { ledger } = await oneProcess();
    const nameTaken = usageError('taken');
    expect(() => ledger.begin(newJob(), { caps: {}, again: false, nameTaken })).toThrow('taken');
    expect(listJobs(ledger)).toEqual([]);
    jobIn(ledger, 'accepted');
    expect(kindOf(ledger.begin(newJob(), { caps: {}, again: false, nameTaken }))).toBe('busy');
  });
});
