import type { EditEnv } from '../../edit/env.js';
import type { Finding } from '../../edit/reconcile/finding.js';
import { reconcile } from '../../edit/reconcile/reconcile.js';
import { rowsInOrder } from '../../ledger/batch/states.js';
import type { Job } from '../../ledger/job.js';

export interface UnknownOptions {
  /** Longest time that fal may take to list a request, in milliseconds. */
  settleMs: number;
  /** Timeout for reading fal's history, in milliseconds. */
  timeoutMs: number;
}

/** Result of checking rows that may have been sent. */
export interface UnknownOutcome {
  /** Number of rows that fal has, which are now waited for. */
  found: number;
  /** Number of rows that fal does not have, which may be sent. */
  notTaken: number;
  /** Number of rows that are still unknown. */
  unknown: number;
  /** Extra requests that fal accepted for the same row, and charges. */
  duplicates: Job[];
  /** Reason why nothing could be found out, if fal could not be asked. */
  why: string | undefined;
}

/** Asks fal about the rows that may have been sent, and records its answers in the ledger. Costs nothing. */
export async function settleUnknown(env: EditEnv, options: UnknownOptions): Promise<UnknownOutcome> {
  const jobs = [...rowsInOrder(env.ledger, ['unknown'])].flatMap(({ job }) => job ?? []);
  const findings = jobs.length === 0 ? [] : await reconcile(jobs, env, options);
  const count = (...outcomes: Finding['outcome'][]): number =>
    findings.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    found: count('accepted'),
    notTaken: count('not_accepted', 'sandbox'),
    unknown: count('not_yet_known', 'in_flight'),
    duplicates: findings.flatMap((finding) => (finding.outcome === 'accepted' ? finding.duplicates : [])),
    why: findings.flatMap((finding) =>
      finding.outcome === 'not_yet_known' && finding.why.reason === 'no_answer'
        ? [finding.why.error.message]
        : [],
    )[0],
  };
}
