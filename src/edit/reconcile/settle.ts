import type { PastRequest } from '../../fal/platform/history.js';
import { differenceOf, type Route } from '../../fal/route.js';
import { isAdopted, type Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { findJob } from '../../ledger/lookup.js';
import { modelOfJob } from '../../models/registry.js';
import { seedOf } from '../plan/fingerprint.js';
import { assignRequests, fittingTo, isGuess, type Claimant, type Assignment } from './assign.js';
import { isOpen, type Finding, type Uncertainty } from './finding.js';

export interface SettleOptions {
  ledger: Ledger;
  /** The route through which the history was read. */
  route: Omit<Route, 'connection'>;
  settleMs: number;
  /** When fal was asked, by our clock. */
  now: number;
  /** When fal was asked, by fal's clock; undefined if fal does not say. */
  falNow: number | undefined;
}

/** How long fal keeps inputs, in milliseconds: 30 days unless the account says otherwise (fal-api.md 2.4). */
const KEPT_MS = 30 * 86_400_000;

/** A process that we cannot see may still be sending its edit until its own deadline; in milliseconds. */
const UNSEEN_MS = 60 * 60_000;

/**
 * Records what fal's history says about jobs of one endpoint. Everything is recorded when it returns. Other processes
 * may do the same at the same time: a request belongs to the job that the ledger first gave it to.
 *
 * @param beingSent jobs whose processes are working on them: requests that fal lists may be theirs
 */
export function settle(
  jobs: readonly Job[],
  items: readonly PastRequest[],
  beingSent: readonly Job[],
  options: SettleOptions,
): Finding[] {
  const { ledger } = options;
  const [first] = jobs;
  const aliases = first === undefined ? [] : Object.values(modelOfJob(first).fields);
  const fits = (job: Claimant, item: PastRequest): boolean =>
    fittingTo(job, [item], aliases).matching.length > 0;
  const senderOf = (item: PastRequest): Job | undefined => beingSent.find((job) => fits(job, item));
  const held = items.filter((item) => senderOf(item) !== undefined);
  for (;;) {
    const current = jobs.map(({ id }) => ledger.mustFind(id));
    const free = items.filter((item) => !held.includes(item) && isFree(ledger, item));
    const shares = assignRequests(current.filter(isPlayer).map(withGuess), free, aliases);
    // Another process was faster, which changes the assignments.
    if (!shares.every((share) => isClaimed(ledger, share))) continue;
    const ended = current.filter((job) => !isPlayer(job));
    return [
      ...shares.map((share) => {
        const theirs = held.find((item) => fits(share.job, item));
        const by = theirs === undefined ? undefined : senderOf(theirs);
        return conclude(share, by, options);
      }),
      ...ended.map((job): Finding => ({ outcome: 'not_accepted', job })),
    ];
  }
}

/** Whether no job sent from here has the request. A request that was only named by its id may belong to any of them. */
function isFree(ledger: Ledger, { requestId }: PastRequest): boolean {
  const holder = findJob(ledger, 'request_id', requestId);
  return holder === undefined || isAdopted(holder);
}

/** Whether a request may still be the job's; false if another process has meanwhile found that there is none. */
function isPlayer(job: Job): boolean {
  return job.requestId !== undefined || isOpen(job);
}

/** Number of attempts of a row to search for if the ledger has lost them. */
const MOST_ATTEMPTS = 64;

/** Rebuilds from the row what was lost with its run's ledger. */
function withGuess(job: Job): Job & Claimant {
  const { input = {}, askedHash = '' } = job;
  if (!isGuess(job)) return job;
  const hasSeed = Object.hasOwn(input, 'seed');
  const attempts = Array.from({ length: MOST_ATTEMPTS }, (_, index) => index + 1);
  const seeds = hasSeed ? undefined : attempts.map((attempt) => seedOf(askedHash, attempt));
  return { ...job, guess: { seeds } };
}

/** Assigns a job its request; false if another process has meanwhile assigned either of them. */
function isClaimed(ledger: Ledger, { job, own }: Assignment & { job: Job & Claimant }): boolean {
  if (own === undefined) return true;
  try {
    ledger.accept(job.id, own.requestId, job.guess === undefined ? undefined : own.input);
  } catch (error) {
    // Two jobs cannot have the same request.
    if (findJob(ledger, 'request_id', own.requestId) === undefined) throw error;
  }
  return findJob(ledger, 'request_id', own.requestId)?.id === job.id;
}

/** @param by the job whose process is working on what may be this job's request */
function conclude(
  { job: { id }, extra, unclear }: Assignment,
  by: Job | undefined,
  options: SettleOptions,
): Finding {
  const { ledger } = options;
  const job = ledger.mustFind(id);
  if (job.requestId !== undefined) {
    const adopted = extra.map(({ requestId }) => ledger.adopt(duplicateOf(job, requestId)));
    return { outcome: 'accepted', job, duplicates: adopted.filter((one) => one.duplicateOf === id) };
  }
  if (!isOpen(job)) return { outcome: 'not_accepted', job };
  const why: Uncertainty | undefined =
    by === undefined ? doubt(job, unclear, options) : { reason: 'being_sent', by };
  if (why !== undefined) return { outcome: 'not_yet_known', job, why };
  ledger.end(id, {
    state: 'rejected',
    charged: 'no',
    error: { kind: 'temporary', message: 'fal has no such request' },
    reason: 'no_such_request',
  });
  const ended = ledger.mustFind(id);
  return ended.requestId === undefined
    ? { outcome: 'not_accepted', job: ended }
    : { outcome: 'accepted', job: ended, duplicates: [] };
}

/** Why a job that fal does not list cannot be called not accepted yet. */
function doubt(job: Job, unclear: readonly PastRequest[], options: SettleOptions): Uncertainty | undefined {
  if (unclear.length > 0) {
    return { reason: 'no_inputs', requestIds: unclear.map(({ requestId }) => requestId) };
  }
  const unsettled = options.settleMs > 0 ? settling(job, options) : undefined;
  if (unsettled !== undefined) return unsettled;
  if (differenceOf(job, options.route) !== undefined) return { reason: 'another_way' };
  const age = ageOf(job, options);
  if (age < 0 && options.settleMs > 0) return { reason: 'no_clock' };
  return age > KEPT_MS ? { reason: 'too_old' } : undefined;
}

/**
 * Whether fal may still be about to list a job, by fal's clock. If fal's time of the submit is unknown, the settling
 * time starts when fal was first asked in vain.
 */
function settling(job: Job, { ledger, settleMs, now, falNow }: SettleOptions): Uncertainty | undefined {
  if (falNow === undefined) return { reason: 'no_clock' };
  const from = job.sentFalAt ?? job.missedFalAt;
  if (from === undefined) ledger.missed(job.id, falNow + 1000);
  const isUnseen = job.owner !== undefined && ledger.context.isRunning(job.owner) === undefined;
  const left = (from ?? falNow) + (isUnseen ? Math.max(settleMs, UNSEEN_MS) : settleMs) - falNow;
  return left > 0 ? { reason: 'settling', askAgainAt: now + left } : undefined;
}

/** How long ago a job was sent, in milliseconds; negative if our clock was set back. */
function ageOf({ sentFalAt, intentAt, plannedAt }: Job, { now, falNow }: SettleOptions): number {
  if (sentFalAt === undefined || falNow === undefined) return now - (intentAt ?? plannedAt);
  return falNow - sentFalAt;
}

/** Another request for the same edit: saved beside the first one, never over it. */
function duplicateOf(job: Job, requestId: string): Parameters<Ledger['adopt']>[0] {
  const { id, model, endpoint, via, prompt, seed, output, input, intentAt } = job;
  const { estimatedUsd, costGrade, unitPriceUsd, schemaHash } = job;
  return {
    ...{
      model,
      endpoint,
      via,
      prompt,
      seed,
      estimatedUsd,
      costGrade,
      unitPriceUsd,
      schemaHash,
      input,
      intentAt,
    },
    requestId,
    duplicateOf: id,
    output: output === undefined ? undefined : { ...output, numberWhenTaken: true, force: false },
  };
}
