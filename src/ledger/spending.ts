import type { Context, ProcessId } from '../context.js';
import { FalEditError } from '../errors/error.js';
import type { Database } from './database.js';
import { usdText } from '../units.js';

/** The way to fal for runs on the built-in sandbox, which cost nothing and end with their run. */
export const SANDBOX = 'sandbox';

/** The way to fal for runs on a standalone sandbox, which also cost nothing, but can be checked later. */
export function standaloneSandbox(proxyUrl: string): string {
  return `${SANDBOX}+${proxyUrl}`;
}

/** Whether a way to fal leads to a sandbox. A proxy's address begins with http. */
export function isSandbox(via: string): boolean {
  return via.startsWith(SANDBOX);
}

/** Whether a job ran on a sandbox, as SQL: 1 or 0. */
export const ON_SANDBOX = `(substr(via, 1, ${SANDBOX.length}) = '${SANDBOX}')`;

/**
 * Cost of a job in dollars, as SQL: fal's bill if known; 0 if nothing was charged; else the estimate, even if the
 * outcome is unknown.
 */
export const COST = `CASE
  WHEN charged = 'no' THEN 0
  WHEN billed_usd IS NOT NULL THEN billed_usd
  ELSE coalesce(estimated_usd, 0) END`;

/**
 * Whether a job was sent by this ledger, as SQL. A merged job was sent by one of the parts, and is counted there;
 * merge.ts records the positions of merged jobs as pairs of numbers.
 */
export const SENT_HERE = `NOT EXISTS (
  SELECT 1 FROM batch, json_each(batch.value) AS brought WHERE batch.name = 'merged'
    AND jobs.seq BETWEEN json_extract(brought.value, '$[0]') AND json_extract(brought.value, '$[1]'))`;

/** Cost reported to the user's ledger by batches with their own ledgers, as SQL. */
export const ELSEWHERE_COST = 'billed_usd + estimated_usd + unknown_usd';

/** The three cost figures of jobs, as SQL. */
const BILLED = `CASE WHEN billed_usd IS NOT NULL THEN ${COST} ELSE 0 END`;
const ESTIMATED = `CASE WHEN billed_usd IS NULL AND state NOT IN ('intent', 'unknown') THEN ${COST} ELSE 0 END`;
const UNKNOWN = `CASE WHEN billed_usd IS NULL AND state IN ('intent', 'unknown') THEN ${COST} ELSE 0 END`;

/** 15 minutes in milliseconds: midnight in every time zone is at a multiple of it. */
const QUARTER_MS = 900_000;

/** The last job of a batch folder that was copied with it, and so counts in the original folder; 0 if there is none. */
export function lastCopied(users: Database, folder: string): number {
  const known = users.row('SELECT copied FROM batch_folders WHERE folder = ?', folder) as
    { copied: number } | undefined;
  return known?.copied ?? 0;
}

/** Reports a batch's spending so far from its own ledger to the user's. */
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
 * Reserves an amount as spent today by a running batch, replacing its earlier reports of today, until it reports the
 * actual amount; it stays if the batch never does.
 *
 * @param midnight start of today; reports of earlier days stay
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
  /** Number of edits that cost or may cost something. */
  edits: number;
  /** Billed by fal. */
  billedUsd: number;
  /** Estimates for edits that fal accepted and, as far as known, has not billed yet. */
  estimatedUsd: number;
  /** Estimates for edits that may have been sent. */
  unknownUsd: number;
  /** Number of those edits that are in none of these sums: fal has not billed them, and their price is unknown. */
  unpriced: number;
}

export interface SpendingFilter {
  by: 'model' | 'day';
  /** Milliseconds since the epoch; absent for all time. */
  since?: number | undefined;
  /** Show what the sandbox would have charged instead of real spending. */
  sandbox?: boolean;
}

/** Spending by model or by local day, in the order of the groups' names. */
export function spending(db: Database, { by, since, sandbox = false }: SpendingFilter): SpendingRow[] {
  const groupBy = (time: string): string =>
    by === 'model' ? 'model' : `date(${time} / 1000, 'unixepoch', 'localtime')`;
  const rows = db.rows(
    `SELECT "group", sum(edits) AS edits, sum(billed) AS billed, sum(estimated) AS estimated, sum(unknown) AS unknown,
         sum(unpriced) AS unpriced
       FROM (
         SELECT ${groupBy('intent_at')} AS "group", 1 AS edits,
             ${BILLED} AS billed, ${ESTIMATED} AS estimated, ${UNKNOWN} AS unknown,
             billed_usd IS NULL AND estimated_usd IS NULL AS unpriced
           FROM jobs
           WHERE intent_at >= ?1 AND charged <> 'no' AND ${ON_SANDBOX} = ${sandbox ? 1 : 0}
         UNION ALL
         SELECT ${groupBy('quarter')}, edits, billed_usd, estimated_usd, unknown_usd, 0
           FROM spent_elsewhere WHERE quarter > ?1 - ${QUARTER_MS} AND sandbox = ${sandbox ? 1 : 0}
       ) GROUP BY 1 HAVING sum(edits) > 0 ORDER BY 1`,
    since ?? 0,
  ) as {
    group: string;
    edits: number;
    billed: number;
    estimated: number;
    unknown: number;
    unpriced: number;
  }[];
  return rows.map(({ group: name, edits, billed, estimated, unknown, unpriced }) => ({
    group: name,
    edits,
    billedUsd: billed,
    estimatedUsd: estimated,
    unknownUsd: unknown,
    unpriced,
  }));
}

/** Spending caps in dollars; an absent one is no limit. */
export interface Caps {
  /** For one run (`--max-cost`). */
  maxCostUsd?: number | undefined;
  /** For a local day, over all runs that share the ledger (`FAL_EDIT_DAILY_CAP`). */
  dailyCapUsd?: number | undefined;
}

/** Today's actual and possible spending in dollars. */
export interface SpentToday {
  total: number;
  /** Part of the total whose submits have an unknown outcome. */
  unknown: number;
  /** Part of the total that running processes are about to send. */
  planned: number;
}

/** Tolerance for rounding errors in sums of dollars. */
const DUST_USD = 1e-9;

/** @throws FalEditError (budget) if an edit could cost more than the cap of one run */
export function checkRunCap(estimatedUsd: number, { maxCostUsd }: Caps): void {
  if (maxCostUsd === undefined || estimatedUsd <= maxCostUsd + DUST_USD) return;
  throw new FalEditError(
    'budget',
    `--max-cost: this edit may cost ${usdText(estimatedUsd)}, more than ${usdText(maxCostUsd)}. Nothing was sent.`,
    {
      hint: 'Allow more with --max-cost, or ask for less: fewer pictures, a smaller --size.',
      details: { estimated_usd: estimatedUsd, max_cost_usd: maxCostUsd },
    },
  );
}

/** @throws FalEditError (budget) if an edit could exceed the daily cap */
export function checkDailyCap(estimatedUsd: number, spent: SpentToday, { dailyCapUsd }: Caps): void {
  if (dailyCapUsd === undefined || spent.total + estimatedUsd <= dailyCapUsd + DUST_USD) return;
  const parts = [
    ...(spent.unknown > 0 ? [`${usdText(spent.unknown)} for edits whose outcome is unknown`] : []),
    ...(spent.planned > 0 ? [`${usdText(spent.planned)} for edits that other runs are about to send`] : []),
  ];
  const which = parts.length === 0 ? '' : ` (including ${parts.join(', and ')})`;
  throw new FalEditError(
    'budget',
    `--daily-cap: ${usdText(spent.total)} of ${usdText(dailyCapUsd)} is already spent today${which}, and this edit may cost ${usdText(estimatedUsd)}. Nothing was sent.`,
    {
      hint: 'Raise --daily-cap (FAL_EDIT_DAILY_CAP), or continue tomorrow. fal-edit costs --since today shows what was spent.',
      details: {
        daily_cap_usd: dailyCapUsd,
        spent_today_usd: spent.total,
        unknown_usd: spent.unknown,
        estimated_usd: estimatedUsd,
      },
    },
  );
}

/** Start of the local day, in milliseconds since the epoch. */
export function midnightBefore(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/**
 * Adds up spending of the local day so far, including batches with their own ledgers. Also counts entries dated in the
 * future, since the clock may have been set back.
 *
 * @param except folder of a batch that the caller counts itself
 * @param after last job that is counted elsewhere
 */
export function spentToday(
  db: Database,
  via: string,
  { now, isRunning }: Pick<Context, 'now' | 'isRunning'>,
  except = '',
  after = 0,
): SpentToday {
  const midnight = midnightBefore(now());
  // Sandbox costs count only for runs on the sandbox, so that caps can be tried out.
  const sandbox = isSandbox(via) ? 1 : 0;
  const world = `${ON_SANDBOX} = ${sandbox}`;
  const sums = db.row(
    `SELECT coalesce(sum(${COST}), 0) AS total,
              coalesce(sum(CASE WHEN state IN ('intent', 'unknown') THEN ${COST} ELSE 0 END), 0) AS unknown
       FROM jobs WHERE intent_at >= ? AND seq > ? AND ${world} AND ${SENT_HERE}`,
    ...[midnight, after],
  ) as { total: number; unknown: number };
  const waiting = db.rows(
    `SELECT owner, estimated_usd AS usd, planned_at AS at FROM jobs WHERE state = 'planned' AND ${world}`,
  ) as { owner: string | null; usd: number | null; at: number }[];
  const planned = waiting
    .filter(({ owner, at }) => {
      const runs = owner === null ? false : isRunning(JSON.parse(owner) as ProcessId);
      return runs ?? at >= midnight;
    })
    .reduce((sum, { usd }) => sum + (usd ?? 0), 0);
  const elsewhere = db.row(
    `SELECT coalesce(sum(${ELSEWHERE_COST}), 0) AS total, coalesce(sum(unknown_usd), 0) AS unknown
       FROM spent_elsewhere WHERE quarter >= ? AND sandbox = ? AND folder <> ?`,
    ...[midnight, sandbox, except],
  ) as { total: number; unknown: number };
  return {
    total: sums.total + planned + elsewhere.total,
    unknown: sums.unknown + elsewhere.unknown,
    planned,
  };
}
