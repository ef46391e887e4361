import type { Database } from './database.js';

/** The way to fal of runs on the built-in sandbox, which cost nothing and end with their run. */
export const SANDBOX = 'sandbox';

/**
 * What a job counts as, in dollars, as SQL: what fal billed where that is known; nothing where nothing was
 * charged; else what it was estimated at, an unknown one included.
 */
export const COST = `CASE
  WHEN charged = 'no' THEN 0
  WHEN billed_usd IS NOT NULL THEN billed_usd
  ELSE coalesce(estimated_usd, 0) END`;

/** What was spent on one model or on one local day, in dollars. */
export interface SpendingRow {
  /** The model's short name, or the day as YYYY-MM-DD. */
  group: string;
  /** Edits that cost or may cost something. */
  edits: number;
  /** What fal billed. */
  billedUsd: number;
  /** Estimates for what fal has taken and not billed yet, as far as we know. */
  estimatedUsd: number;
  /** Estimates for what may have been sent. */
  unknownUsd: number;
}

export interface SpendingFilter {
  by: 'model' | 'day';
  /** Milliseconds since the epoch; everything without it. */
  since?: number | undefined;
  /** What the built-in sandbox would have charged, instead of what was really spent. */
  sandbox?: boolean;
}

/** What the ledger says was spent, by model or by local day, in the order of the groups' names. */
export function spending(db: Database, { by, since, sandbox = false }: SpendingFilter): SpendingRow[] {
  const group = by === 'model' ? 'model' : "date(intent_at / 1000, 'unixepoch', 'localtime')";
  const rows = db.rows(
    `SELECT ${group} AS "group", count(*) AS edits,
              sum(CASE WHEN billed_usd IS NOT NULL THEN ${COST} ELSE 0 END) AS billed,
              sum(CASE WHEN billed_usd IS NULL AND state NOT IN ('intent', 'unknown') THEN ${COST} ELSE 0 END) AS estimated,
              sum(CASE WHEN billed_usd IS NULL AND state IN ('intent', 'unknown') THEN ${COST} ELSE 0 END) AS unknown
       FROM jobs
       WHERE intent_at >= ? AND charged <> 'no' AND via ${sandbox ? '=' : '<>'} '${SANDBOX}'
       GROUP BY 1 ORDER BY 1`,
    since ?? 0,
  ) as {
    group: string;
    edits: number;
    billed: number;
    estimated: number;
    unknown: number;
  }[];
  return rows.map(({ group: name, edits, billed, estimated, unknown }) => ({
    group: name,
    edits,
    billedUsd: billed,
    estimatedUsd: estimated,
    unknownUsd: unknown,
  }));
}
