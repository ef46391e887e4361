import type { EditEnv } from '../../edit/env.js';
import type { Finding } from '../../edit/reconcile/finding.js';
import { reconcile } from '../../edit/reconcile/reconcile.js';
import { rowsInOrder } from '../../ledger/batch/states.js';
import type { Job } from '../../ledger/job.js';

export interface UnknownOptions {
  /** How long fal may take to list a request, in milliseconds. */
  settleMs: number;
  /** For reading fal's history, in milliseconds. */
  timeoutMs: number;
}

/** The result of checking rows that may have been sent. */
export interface UnknownOutcome {
  /** fal has them: they are waited for now. */
  found: number;
  /** fal does not have them: they may be sent. */
  notTaken: number;
  /** Still nobody knows. */
  unknown: number;
  /** Requests that fal took beyond the one that was meant, and charges. */
  duplicates: Job[];
  /** Why nothing could be found out, where something kept fal from answering. */
  why: string | undefined;
}

/** Asks fal about the rows that may have been sent. Pays nothing; afterwards the ledger knows what fal knows. */
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
