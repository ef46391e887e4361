import type { PastRequest } from '../../fal/history.js';
import { isForeign, NO_SUCH_REQUEST, type Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { findJob } from '../../ledger/lookup.js';
import { MODELS } from '../../models/registry.js';
import { deal, fittingTo, type Share } from './deal.js';
import { isOpen, type Finding, type Uncertainty } from './finding.js';

export interface SettleOptions {
  ledger: Ledger;
  /** The way to fal that the history came by. */
  via: string;
  /** Whose history it is, where that is known. */
  account?: string | undefined;
  settleMs: number;
  /** When fal was asked, by our clock. */
  now: number;
}

/** How long fal keeps what was sent, in milliseconds: 30 days unless the account says otherwise (fal-api.md 2.4). */
const KEPT_MS = 30 * 86_400_000;

/**
 * Writes down what fal's history says of jobs of one endpoint. All of it is done when it returns. Other processes
 * may do the same at the same time: a request belongs to whoever the ledger gave it first.
 *
 * @param beingSent jobs whose processes are at work: what fal lists may be theirs
 */
export function settle(
  jobs: readonly Job[],
  items: readonly PastRequest[],
  beingSent: readonly Job[],
  options: SettleOptions,
): Finding[] {
  const { ledger } = options;
  const fields = MODELS.find(({ endpoint }) => endpoint === jobs[0]?.endpoint)?.fields;
  const aliases = Object.values(fields ?? {});
  const fits = (job: Job, item: PastRequest): boolean => fittingTo(job, [item], aliases).matching.length > 0;
  const senderOf = (item: PastRequest): Job | undefined => beingSent.find((job) => fits(job, item));
  const held = items.filter((item) => senderOf(item) !== undefined);
  for (;;) {
    const current = jobs.map(({ id }) => ledger.mustFind(id));
    const free = items.filter((item) => !held.includes(item) && isFree(ledger, item));
    const shares = deal(current.filter(isPlayer), free, aliases);
    // Another process that was quicker changes what is whose.
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

/** Whether no job that was sent from here has the request. One that was only named by its id may be any of them. */
function isFree(ledger: Ledger, { requestId }: PastRequest): boolean {
  const holder = findJob(ledger, 'request_id', requestId);
  return holder === undefined || isForeign(holder);
}

/** Whether a request can still be the job's; not where another process has found out meanwhile that there is none. */
function isPlayer(job: Job): boolean {
  return job.requestId !== undefined || isOpen(job);
}

/** Gives a job its request; false where another process gave either of them away meanwhile. */
function isClaimed(ledger: Ledger, { job, own }: Share): boolean {
  if (own === undefined) return true;
  try {
    ledger.accept(job.id, own.requestId);
  } catch (error) {
    // No two jobs can have one request.
    if (findJob(ledger, 'request_id', own.requestId) === undefined) throw error;
  }
  return findJob(ledger, 'request_id', own.requestId)?.id === job.id;
}

/** @param by the job whose process is at work on what may be this one's request */
function conclude(
  { job: { id }, extra, unclear }: Share,
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
    error: { kind: 'temporary', message: NO_SUCH_REQUEST },
  });
  const ended = ledger.mustFind(id);
  return ended.requestId === undefined
    ? { outcome: 'not_accepted', job: ended }
    : { outcome: 'accepted', job: ended, duplicates: [] };
}

/** What keeps us from saying that fal did not take a job of which it lists nothing. */
function doubt(
  job: Job,
  unclear: readonly PastRequest[],
  { via, account, settleMs, now }: SettleOptions,
): Uncertainty | undefined {
  const sent = job.intentAt ?? job.plannedAt;
  // A submit that had to wait for its turn went out later than its intent, but never after its end.
  const lastSent = Math.max(sent, job.state === 'unknown' ? (job.endedAt ?? 0) : 0);
  if (unclear.length > 0) {
    return { reason: 'no_inputs', requestIds: unclear.map(({ requestId }) => requestId) };
  }
  if (now < lastSent + settleMs) return { reason: 'settling', askAgainAt: lastSent + settleMs };
  const isElsewhere = account !== undefined && job.account !== undefined && job.account !== account;
  if (job.via !== via || isElsewhere) return { reason: 'another_way' };
  return now - sent > KEPT_MS ? { reason: 'too_old' } : undefined;
}

/** The same edit under another request: saved beside the first one, never over it. */
function duplicateOf(job: Job, requestId: string): Parameters<Ledger['adopt']>[0] {
  const { id, model, endpoint, via, prompt, seed, estimatedUsd, unitPriceUsd, delivery, input, intentAt } =
    job;
  return {
    ...{ model, endpoint, via, prompt, seed, estimatedUsd, unitPriceUsd, input, intentAt },
    requestId,
    duplicateOf: id,
    delivery: delivery === undefined ? undefined : { ...delivery, numberWhenTaken: true, force: false },
  };
}
