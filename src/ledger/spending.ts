import type { Database } from './database.js';

/** The way to fal of runs on the built-in sandbox, which cost nothing and end with their run. */
export const SANDBOX = 'sandbox';

/** The way to fal of runs on a sandbox of its own, which cost nothing either, but can be asked about later. */
export function standaloneSandbox(proxyUrl: string): string {
  return `${SANDBOX}+${proxyUrl}`;
}

/** Whether a way to fal leads to a sandbox. The address of a proxy begins with http. */
export function isSandbox(via: string): boolean {
  return via.startsWith(SANDBOX);
}

/** Whether a job ran on a sandbox, as SQL: 1 or 0. */
export const ON_SANDBOX = `(substr(via, 1, ${SANDBOX.length}) = '${SANDBOX}')`;

/**
 * Cost of a job in dollars, as SQL: fal's bill where that is known; nothing where nothing was charged; else what
 * it was estimated at, an unknown one included.
 */
export const COST = `CASE
  WHEN charged = 'no' THEN 0
  WHEN billed_usd IS NOT NULL THEN billed_usd
  ELSE coalesce(estimated_usd, 0) END`;

/**
 * Whether a job was sent by its ledger, as SQL: a merged job was sent by one of the parts, and is counted there.
 * Where they stand is noted by merge.ts, as pairs of numbers.
 */
export const SENT_HERE = `NOT EXISTS (
  SELECT 1 FROM batch, json_each(batch.value) AS brought WHERE batch.name = 'merged'
    AND jobs.seq BETWEEN json_extract(brought.value, '$[0]') AND json_extract(brought.value, '$[1]'))`;

/** Cost that batches with ledgers of their own have reported, in the user's ledger. */
export const ELSEWHERE_COST = 'billed_usd + estimated_usd + unknown_usd';

/** The three figures of jobs, as SQL. */
const BILLED = `CASE WHEN billed_usd IS NOT NULL THEN ${COST} ELSE 0 END`;
const ESTIMATED = `CASE WHEN billed_usd IS NULL AND state NOT IN ('intent', 'unknown') THEN ${COST} ELSE 0 END`;
const UNKNOWN = `CASE WHEN billed_usd IS NULL AND state IN ('intent', 'unknown') THEN ${COST} ELSE 0 END`;

/** In milliseconds. Every time zone's midnight lies between two quarters of an hour. */
const QUARTER_MS = 900_000;

/** The last job of a batch folder that came with a copy: it counts in the folder that it was copied from. 0 for none. */
export function lastCopied(users: Database, folder: string): number {
  const known = users.row('SELECT copied FROM batch_folders WHERE folder = ?', folder) as
    { copied: number } | undefined;
  return known?.copied ?? 0;
}

/** Records in the user's ledger the spending of a batch so far, by its own ledger. */
export function reportSpending(own: Database, users: Database, folder: string): void {
  const rows = own.rows(
    `SELECT intent_at - intent_at % ${QUARTER_MS} AS quarter, model, ${ON_SANDBOX} AS sandbox, count(*) AS edits,
              sum(${BILLED}) AS billed, sum(${ESTIMATED}) AS estimated, sum(${UNKNOWN}) AS unknown
       FROM jobs WHERE intent_at IS NOT NULL AND charged <> 'no' AND seq > ? AND ${SENT_HERE} GROUP BY 1, 2, 3`,
    lastCopied(users, folder),
  ) as {
    quarter: number;
    model: string;
    sandbox: number;
    edits: number;
    billed: number;
    estimated: number;
    unknown: number;
  }[];
  users.transaction(() => {
    users.run('DELETE FROM spent_elsewhere WHERE folder = ?', folder);
    for (const { quarter, model, sandbox, edits, billed, estimated, unknown } of rows) {
      users.run(
        'INSERT INTO spent_elsewhere VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ...[folder, quarter, model, sandbox, edits, billed, estimated, unknown],
      );
    }
  });
}

/**
 * Counts an amount as spent today by a running batch, instead of what it reported for today before: until it
 * reports the real amount, and also if it never does.
 *
 * @param midnight the beginning of today; reports of earlier days stay
 */
export function reserveElsewhere(
  users: Database,
  folder: string,
  via: string,
  { now, midnight, usd }: { now: number; midnight: number; usd: number },
): void {
  users.run('DELETE FROM spent_elsewhere WHERE folder = ? AND quarter >= ?', folder, midnight);
  users.run(
    'INSERT INTO spent_elsewhere VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ...[folder, now - (now % QUARTER_MS), '', isSandbox(via) ? 1 : 0, 0, 0, 0, usd],
  );
}

/** Spending on one model or on one local day, in dollars. */
export interface SpendingRow {
  /** The model's short name, or the day as YYYY-MM-DD. */
  group: string;
  /** Edits that cost or may cost something. */
  edits: number;
  /** Billed by fal. */
  billedUsd: number;
  /** Estimates for edits that fal has accepted and, as far as we know, not billed yet. */
  estimatedUsd: number;
  /** Estimates for edits that may have been sent. */
  unknownUsd: number;
}

export interface SpendingFilter {
  by: 'model' | 'day';
  /** Milliseconds since the epoch; everything without it. */
  since?: number | undefined;
  /** Show what the sandbox would have charged instead of real spending. */
  sandbox?: boolean;
}

/** Spending by model or by local day, in the order of the groups' names. */
export function spending(db: Database, { by, since, sandbox = false }: SpendingFilter): SpendingRow[] {
  const groupBy = (time: string): string =>
    by === 'model' ? 'model' : `date(${time} / 1000, 'unixepoch', 'localtime')`;
  const rows = db.rows(
    `SELECT "group", sum(edits) AS edits, sum(billed) AS billed, sum(estimated) AS estimated, sum(unknown) AS unknown
       FROM (
         SELECT ${groupBy('intent_at')} AS "group", 1 AS edits,
             ${BILLED} AS billed, ${ESTIMATED} AS estimated, ${UNKNOWN} AS unknown
           FROM jobs
           WHERE intent_at >= ?1 AND charged <> 'no' AND ${ON_SANDBOX} = ${sandbox ? 1 : 0}
         UNION ALL
         SELECT ${groupBy('quarter')}, edits, billed_usd, estimated_usd, unknown_usd
           FROM spent_elsewhere WHERE quarter > ?1 - ${QUARTER_MS} AND sandbox = ${sandbox ? 1 : 0}
       ) GROUP BY 1 HAVING sum(edits) > 0 ORDER BY 1`,
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
