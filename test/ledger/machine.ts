import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { onTestFinished } from 'vitest';
import type { ProcessId } from '../../src/context.js';
import type { Caps } from '../../src/ledger/spending.js';
import { LEDGER_FILE } from '../../src/ledger/database.js';
import type { Job, JobImage, JobState, NewJob, StoredOutput } from '../../src/ledger/job.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { LedgerContext } from '../../src/ledger/lookup.js';
import { migrate } from '../../src/ledger/schema.js';
import { Secrets } from '../../src/secrets.js';
import { tempDir } from '../support/temp-dir.js';

/** Noon of an ordinary day, in local time: far from midnight wherever the test runs. */
export const NOON = new Date(2026, 4, 12, 12).getTime();

/** A process that has the ledger open. */
export interface Process {
  self: ProcessId;
  ledger: Ledger;
}

/** A computer with a clock, one ledger, and processes that come and die. */
export class Machine {
  clock = NOON;
  private lastPid = 0;
  private readonly running = new Map<number, Process>();

  private constructor(readonly folder: string) {}

  static async boot(): Promise<Machine> {
    const machine = new Machine(await tempDir());
    prepare(machine.folder);
    onTestFinished(() => machine.shutDown());
    return machine;
  }

  contextOf(self: ProcessId): LedgerContext {
    return {
      now: () => this.clock,
      sleep: () => Promise.resolve(),
      self,
      isRunning: ({ pid }) => this.running.has(pid),
      secrets: new Secrets(),
    };
  }

  async start(): Promise<Process> {
    const self = { host: 'here', pid: ++this.lastPid, started: '1' };
    const ledger = await Ledger.open(this.folder, this.contextOf(self));
    // The power stays on in these tests: they need not wait for the disk.
    ledger.db.row('PRAGMA synchronous = OFF');
    const process = { self, ledger };
    this.running.set(self.pid, process);
    return process;
  }

  /** It is gone without a word. */
  kill({ self, ledger }: Process): void {
    this.running.delete(self.pid);
    ledger.close();
  }

  isRunning({ pid }: ProcessId): boolean {
    return this.running.has(pid);
  }

  shutDown(): void {
    for (const process of [...this.running.values()]) this.kill(process);
  }
}

/** Makes an empty ledger without waiting for the disk, which is most of what hundreds of them cost. */
function prepare(folder: string): void {
  const db = new DatabaseSync(path.join(folder, LEDGER_FILE));
  db.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL');
  migrate(db);
  db.close();
}

/** One process on a machine of its own, for tests that need no more. */
export async function oneProcess(): Promise<Process & { machine: Machine }> {
  const machine = await Machine.boot();
  return { ...(await machine.start()), machine };
}

export const OUTPUT: StoredOutput = {
  cwd: '/pictures',
  template: '{name}.edit.{ext}',
  numberWhenTaken: true,
  name: 'cat',
  ext: 'png',
  count: 1,
  force: false,
  keepBlanked: false,
};

/** An edit of ten cents. */
export function newJob(changes: Partial<NewJob> = {}): NewJob {
  return {
    model: 'flux-general',
    endpoint: 'fal-ai/flux-general/image-to-image',
    via: 'fal',
    prompt: 'a cat in the snow',
    seed: 7,
    askedHash: 'asked',
    detached: false,
    output: OUTPUT,
    estimatedUsd: 0.1,
    unitPriceUsd: 0.05,
    ...changes,
  };
}

/** Takes a new job, whatever else there is of the same command. */
export function plan(ledger: Ledger, changes: Partial<NewJob> = {}, caps: Caps = {}): string {
  const beginning = ledger.begin(newJob(changes), { caps, again: true });
  if (beginning.kind !== 'new') throw new Error('asked for another one, and got a former one');
  return beginning.job.id;
}

export function intend(ledger: Ledger, id: string): void {
  ledger.intend(id, { prompt: 'a cat in the snow' }, []);
}

/** fal's answer with one picture, that is to become the file. */
export function complete(ledger: Ledger, id: string, ...targets: string[]): readonly (string | undefined)[] {
  return ledger.complete(id, {
    result: { images: [] },
    billedUnits: 2,
    billedUsd: 0.1,
    targets: () => targets,
  });
}

export function picture(index: number, path: string | undefined): Omit<JobImage, 'target'> {
  return {
    index,
    path,
    width: 64,
    height: 48,
    contentType: 'image/png',
    bytes: 99,
    sha256: 'ab12',
    receivedSha256: 'ab12',
  };
}

let requests = 0;

/** A request id that no job has yet. */
export function newRequestId(): string {
  return `request-${++requests}`;
}

/** Brings a new job into a state by the shortest way that the program takes. */
export function jobIn(ledger: Ledger, state: JobState, changes: Partial<NewJob> = {}): Job {
  const id = plan(ledger, changes);
  if (state === 'planned') return ledger.mustFind(id);
  intend(ledger, id);
  switch (state) {
    case 'intent':
      break;
    case 'rejected':
      ledger.end(id, { state, charged: 'no', error: { kind: 'input', message: 'refused' } });
      break;
    case 'unknown':
      ledger.end(id, { state, charged: 'maybe', error: { kind: 'unknown', message: 'no answer' } });
      break;
    case 'cancelled':
      ledger.end(id, { state, charged: 'no', error: { kind: 'interrupted', message: 'stopped' } });
      break;
    default:
      ledger.accept(id, newRequestId());
      if (state === 'completed' || state === 'saved') complete(ledger, id, `/pictures/${id}.png`);
      if (state === 'saved') ledger.saveImage(id, picture(0, `/pictures/${id}.png`));
      if (state === 'failed')
        ledger.end(id, { state, charged: 'no', error: { kind: 'failed', message: 'no' } });
      if (state === 'moderated')
        ledger.end(id, { state, charged: 'yes', error: { kind: 'moderated', message: 'blanked' } });
  }
  return ledger.mustFind(id);
}
