import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import { spentToday } from '../../src/ledger/spending.js';
import type { Job } from '../../src/ledger/job.js';
import { abandonedJobs, findJob, findMeant, listJobs } from '../../src/ledger/lookup.js';
import { happening, SEATS, type Happening } from './happenings.js';
import { Machine, newJob, newRequestId, type Process } from './machine.js';
import { Model, type ModelJob } from './model.js';

/** The ledger and the model side by side. */
class Pair {
  readonly model = new Model();
  private readonly seats: Process[] = [];

  private constructor(private readonly machine: Machine) {}

  static async boot(): Promise<Pair> {
    const pair = new Pair(await Machine.boot());
    for (let index = 0; index < SEATS; index++) await pair.sit(index);
    return pair;
  }

  private async sit(index: number): Promise<void> {
    const process = await this.machine.start();
    this.seats[index] = process;
    this.model.alive.add(process.self.pid);
  }

  end(): void {
    this.machine.shutDown();
  }

  async happen(now: Happening): Promise<void> {
    if (now.what === 'clock') {
      this.machine.clock += now.ms;
      return;
    }
    const process = this.seats[now.seat]!;
    const { ledger, self } = process;
    const { model } = this;
    if (now.what === 'kill') {
      this.machine.kill(process);
      model.alive.delete(self.pid);
      await this.sit(now.seat);
      return;
    }
    if (now.what === 'begin') {
      this.begin(process, now);
      return;
    }
    if (now.what === 'adopt') {
      this.adopt(process, now.known);
      return;
    }
    const found = model.jobs.at(-1 - (now.job % Math.max(1, model.jobs.length)));
    if (found === undefined) return;
    const { id } = found;
    const isOpen = found.state === 'completed' || found.state === 'moderated';
    switch (now.what) {
      case 'intend':
        if (model.step(found, 'intent', { charged: 'maybe', wasSent: true })) ledger.intend(id, {}, []);
        else expect(() => ledger.intend(id, {}, [])).toThrow(FalEditError);
        break;
      case 'accept': {
        const taken = model.jobs.find(({ requestId }) => requestId !== undefined);
        const requestId = now.takenId && taken !== undefined ? taken.requestId! : newRequestId();
        const isOthers = now.takenId && taken !== undefined && taken !== found;
        const before = { ...found };
        const moves = model.step(found, 'accepted', { charged: 'maybe', requestId });
        if (moves && isOthers && taken.isForeign) {
          ledger.accept(id, requestId);
          model.jobs = model.jobs.filter((job) => job !== taken);
        } else if (moves && isOthers) {
          Object.assign(found, before);
          expect(() => ledger.accept(id, requestId)).toThrow(FalEditError);
        } else ledger.accept(id, requestId);
        break;
      }
      case 'complete':
        model.step(found, 'completed', { charged: now.cents === 0 ? 'no' : 'yes', billed: now.cents });
        ledger.complete(id, {
          result: {},
          billedUnits: now.cents,
          billedUsd: now.cents === undefined ? undefined : now.cents / 100,
          targets: () => [`/pictures/${id}.png`],
        });
        break;
      case 'save':
        if (isOpen) model.step(found, 'saved', { owner: undefined });
        ledger.saveImage(id, {
          index: 0,
          path: '/p',
          width: 1,
          height: 1,
          contentType: 'image/png',
          bytes: 1,
          sha256: 'a',
          receivedSha256: 'a',
        });
        break;
      case 'finish':
        model.step(found, 'saved', { owner: undefined });
        ledger.finish(id);
        break;
      case 'end':
        model.step(found, now.state, { owner: undefined, charged: now.charged });
        ledger.end(id, { state: now.state, charged: now.charged });
        break;
      case 'own':
        found.owner = self.pid;
        ledger.own(id);
        break;
      case 'release':
        found.owner = undefined;
        ledger.release(id);
        break;
      case 'cancelRequested':
        ledger.cancelRequested(id);
    }
  }

  private begin({ ledger, self }: Process, now: Extract<Happening, { what: 'begin' }>): void {
    const { model } = this;
    const { command, detached, again, cap } = now;
    const former = again ? undefined : model.formerOf(command, detached);
    const isTooMuch = model.spent() + now.cents > cap;
    const begin = (): unknown => {
      const beginning = ledger.begin(
        newJob({ askedHash: command, detached, estimatedUsd: now.cents / 100 }),
        {
          caps: { dailyCapUsd: cap / 100 },
          again,
        },
      );
      return beginning.kind === 'new' ? beginning.job : [beginning.former.kind, beginning.former.job.id];
    };
    if (former !== undefined) {
      expect(begin()).toEqual([former.kind, former.job.id]);
      if (former.kind === 'awaited') former.job.owner = self.pid;
    } else if (isTooMuch) {
      expect(begin).toThrow(/--daily-cap/);
    } else {
      const { id } = begin() as Job;
      // Whoever was about to send it and is gone has no say any more.
      for (const job of again || detached ? [] : model.jobs) {
        if (job.command !== command || job.state !== 'planned' || !model.isAbandoned(job)) continue;
        model.step(job, 'cancelled', { owner: undefined, charged: 'no' });
      }
      model.jobs.push({
        ...{ id, state: 'planned', command, detached, owner: self.pid, requestId: undefined },
        ...{ estimated: now.cents, billed: undefined, charged: 'no', wasSent: false, isForeign: false },
      });
    }
  }

  private adopt({ ledger }: Process, known: number | undefined): void {
    const { jobs } = this.model;
    const old = known === undefined ? undefined : jobs.at(-1 - (known % Math.max(1, jobs.length)));
    const requestId = old?.requestId ?? newRequestId();
    const { model, endpoint, prompt, seed } = newJob();
    const { id } = ledger.adopt({ requestId, model, endpoint, via: 'fal', prompt, seed });
    if (old?.requestId !== undefined) {
      expect(id).toBe(old.id);
      return;
    }
    jobs.push({
      ...{ id, state: 'accepted', command: '', detached: true, owner: undefined, requestId },
      ...{ estimated: 0, billed: undefined, charged: 'maybe', wasSent: false, isForeign: true },
    });
  }

  /** Compares everything that anybody can ask the ledger for, through one of the processes. */
  check(index: number): void {
    const { ledger } = this.seats[index % SEATS]!;
    const { model } = this;
    expect(listJobs(ledger).map(paper)).toEqual(model.jobs.map(paperOfModel).toReversed());
    const idsOf = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id);
    expect(idsOf(abandonedJobs(ledger, ['accepted', 'completed']))).toEqual(
      idsOf(model.abandoned('awaited')),
    );
    expect(idsOf(abandonedJobs(ledger, ['intent', 'unknown']))).toEqual(idsOf(model.abandoned('unknown')));
    expect(spentToday(ledger.db, 'fal', ledger.context).total).toBeCloseTo(model.spent() / 100, 9);
    expect(findMeant(ledger, 'last', false)?.id).toBe(model.jobs.at(-1)?.id);
  }

  /** What was true of every job before it happened, and must stay so. */
  promises(): () => void {
    const before = this.model.jobs.flatMap(({ id, requestId, isForeign }) =>
      requestId === undefined ? [] : [{ id, requestId, isForeign }],
    );
    return () => {
      const { ledger } = this.seats[0]!;
      for (const { id, requestId, isForeign } of before) {
        const holder = findJob(ledger, 'request_id', requestId);
        expect(holder).toBeDefined();
        // Only one that was named by its id alone gives way to the job that sent it.
        if (!isForeign) expect(holder?.id).toBe(id);
      }
    };
  }
}

function paper({ id, state, requestId, charged, owner, detached }: Job): unknown {
  return { id, state, requestId, charged, detached, owner: owner?.pid };
}

function paperOfModel({ id, state, requestId, charged, owner, detached }: ModelJob): unknown {
  return { id, state, requestId, charged, detached, owner };
}

describe('Whatever several processes do, and whenever they die', () => {
  it('the ledger says what a list on paper would say, and no request id is ever lost or changed', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 60 }), async (happenings) => {
        const pair = await Pair.boot();
        try {
          for (const [index, now] of happenings.entries()) {
            const kept = pair.promises();
            await pair.happen(now);
            kept();
            pair.check(index);
          }
          for (const { state } of pair.model.jobs) seen.add(state);
        } finally {
          pair.end();
        }
      }),
      { numRuns: 60 },
    );
    // Sixty runs that see fewer states than these would prove little.
    for (const state of ['planned', 'intent', 'accepted', 'completed', 'saved'])
      expect(seen).toContain(state);
  });
});
