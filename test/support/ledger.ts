import path from 'node:path';
import { hostname } from 'node:os';
import { onTestFinished } from 'vitest';
import type { Job } from '../../src/ledger/job.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { findJob, listJobs } from '../../src/ledger/lookup.js';
import { Secrets } from '../../src/secrets.js';

/** Where runs of {@link ./run-cli.ts} in a folder keep their ledger. */
export const stateIn = (folder: string): string => path.join(folder, '.home', 'state');

/** The same for the built program, whose folder for state is the user's own. */
export const builtStateIn = (folder: string): string => path.join(folder, '.home', 'state', 'fal-edit');

/** A process that was there and is not any more: the owner of what a killed run has left. */
export const DEAD = { host: hostname(), pid: 2 ** 30, started: '1' };

/** Opens the ledger of a folder beside the program under test, until the test ends. */
export async function openLedgerIn(state: string): Promise<Ledger> {
  const ledger = await Ledger.open(state, {
    now: () => Date.now(),
    sleep: () => Promise.resolve(),
    self: DEAD,
    isRunning: () => false,
    secrets: new Secrets(),
  });
  onTestFinished(() => ledger.close());
  return ledger;
}

/** What the ledger of a folder says of each edit, oldest first, whole. */
export async function jobsIn(state: string): Promise<Job[]> {
  const ledger = await openLedgerIn(state);
  const jobs = listJobs(ledger).map(({ id }) => findJob(ledger, 'id', id)!);
  ledger.close();
  return jobs.reverse();
}

/** The one edit that the ledger of a folder has. */
export async function onlyJobIn(state: string): Promise<Job> {
  const jobs = await jobsIn(state);
  if (jobs.length !== 1) throw new Error(`the ledger has ${jobs.length} edits, not one`);
  return jobs[0]!;
}
