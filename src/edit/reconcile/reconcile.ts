/*
 * INVARIANT: a job is called not accepted only if fal's history was read whole, after the settling time, and holds no
 * request that could be the job. The settling time is measured by fal's clock, never by ours, which may jump. Otherwise
 * the job stays unknown: an edit that is run again by mistake is paid for twice.
 */
import { FalEditError } from '../../errors/error.js';
import type { FalAccess } from '../../fal/connection.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isAbandoned, listJobs } from '../../ledger/lookup.js';
import { canonicalJson } from '../../sha256.js';
import { SANDBOX } from '../../ledger/spending.js';
import { Deadline } from '../../deadline.js';
import { accessOf, type EditEnv } from '../env.js';
import { isGuess } from './assign.js';
import { isOpen, type Finding } from './finding.js';
import { pastSince, type Past } from './past.js';
import { settle } from './settle.js';

export interface ReconcileOptions {
  /**
   * How long fal may take to list a request that it accepted, in milliseconds; fal's own figure is unknown (fal-api.md
   * 5.5).
   */
  settleMs: number;
  /** Time limit for reading the history, in milliseconds. */
  timeoutMs: number;
}

/**
 * Looks up jobs whose submit is unknown in fal's history, and records the outcome. Jobs with the same input are settled
 * along with them, since they cannot be told apart. Fetches nothing.
 *
 * @param jobs jobs with an unknown outcome
 * @throws FalEditError (interrupted), or the ledger's error
 */
export async function reconcile(
  jobs: readonly Job[],
  env: EditEnv,
  options: ReconcileOptions,
): Promise<Finding[]> {
  const { ledger, context } = env;
  const findings: Finding[] = [];
  const unknown: Job[] = [];
  for (const job of jobs) {
    if (job.state === 'intent' && !isAbandoned(ledger, job)) findings.push({ outcome: 'in_flight', job });
    else if (job.via === SANDBOX) findings.push(endedWithItsRun(ledger, job));
    else unknown.push(job);
  }
  const deadline = new Deadline(options.timeoutMs, context.signal);
  try {
    for (const [endpoint, group] of byEndpoint(unknown)) {
      findings.push(
        ...(await reconcileEndpoint(endpoint, group, accessOf(env, deadline.signal), env, options)),
      );
    }
  } finally {
    deadline.close();
  }
  return findings;
}

/** The built-in sandbox charges nothing, and does not know requests of earlier runs. */
function endedWithItsRun(ledger: Ledger, job: Job): Finding {
  const message = 'it was sent to the built-in sandbox, which ended with its run';
  ledger.end(job.id, { state: 'cancelled', charged: 'no', error: { kind: 'temporary', message } });
  return { outcome: 'sandbox', job: ledger.mustFind(job.id) };
}

function byEndpoint(jobs: readonly Job[]): Map<string, Job[]> {
  const groups = new Map<string, Job[]>();
  for (const job of jobs) groups.set(job.endpoint, [...(groups.get(job.endpoint) ?? []), job]);
  return groups;
}

async function reconcileEndpoint(
  endpoint: string,
  group: readonly Job[],
  access: FalAccess,
  { ledger, context, route }: EditEnv,
  { settleMs }: ReconcileOptions,
): Promise<Finding[]> {
  const now = context.now();
  const sent = withTwins(ledger, group);
  // Our clock may have been corrected since; if it was set back, we would search in the future.
  const since = (ahead: number): number =>
    Math.min(
      ...sent.map(
        ({ sentFalAt, intentAt, plannedAt }) => sentFalAt ?? Math.min(now, intentAt ?? plannedAt) + ahead,
      ),
    );
  let past: Past;
  try {
    const read = await pastSince(endpoint, since, access);
    // The ledger stores what was sent without secrets.
    const items = read.items.map((item) => ({ ...item, input: context.secrets.redactIn(item.input) }));
    past = { ...read, items };
  } catch (error) {
    if (!(error instanceof FalEditError) || error.kind === 'interrupted') throw error;
    return group.map((job) => ({ outcome: 'not_yet_known', job, why: { reason: 'no_answer', error } }));
  }
  // Read again: the intent of every request that fal lists was in the ledger before.
  const all = withTwins(ledger, group);
  const isSent = (job: Job): boolean => job.state === 'intent' && !isAbandoned(ledger, job);
  const beingSent = listJobs(ledger, { states: ['intent'] })
    .filter((job) => job.endpoint === endpoint && isSent(job))
    .map(({ id }) => ledger.mustFind(id));
  const jobs = all.filter((job) => !isSent(job));
  const { items, falNow } = past;
  return settle(jobs, items, beingSent, {
    ...{ ledger, route, settleMs, now, falNow },
  });
}

/** The jobs as they are now, and those with the same input whose outcome is also unknown. */
function withTwins(ledger: Ledger, group: readonly Job[]): Job[] {
  const hashes = new Set(group.flatMap(({ inputHash }) => inputHash ?? []));
  const inputs = new Set(group.filter(isGuess).map(({ input }) => canonicalJson(input)));
  const ids = new Set(group.map(({ id }) => id));
  const isTwin = (job: Job): boolean =>
    job.inputHash === undefined
      ? isGuess(job) && inputs.has(canonicalJson(job.input))
      : hashes.has(job.inputHash);
  const twins = listJobs(ledger, { states: ['intent', 'unknown'] })
    .filter(({ id, endpoint, via }) => !ids.has(id) && endpoint === group[0]?.endpoint && via !== SANDBOX)
    .map(({ id }) => ledger.mustFind(id))
    .filter((job) => isOpen(job) && isTwin(job));
  return [...group.map(({ id }) => ledger.mustFind(id)), ...twins];
}
