import type { Context, ProcessId } from '../context.js';
import { FalEditError } from '../errors/error.js';
import type { Database } from './database.js';
import { usdText } from '../units.js';

/** The way to fal of runs on the built-in sandbox, which cost nothing and end with their run. */
export const SANDBOX = 'sandbox';

/** The route of runs on a standalone sandbox, which cost nothing either, but can be checked later. */
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
 * Whether a job was sent by its ledger, as SQL: a merged job was sent by one of the parts, and is counted
 * there. merge.ts notes their positions, as pairs of numbers.
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
 * Counts an amount as spent today by a running batch, instead of its earlier reports of today: until it reports
 * the real amount, and also if it never does.
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

/** Spending caps in dollars; an absent one is no limit. */
export interface Caps {
  /** By one run (`--max-cost`). */
  maxCostUsd?: number | undefined;
  /** In a local day, by all runs that share the ledger (`FAL_EDIT_DAILY_CAP`). */
  dailyCapUsd?: number | undefined;
}

/** Today's actual and possible spending in dollars. */
export interface SpentToday {
  total: number;
  /** The part of the total whose submits have an unknown outcome. */
  unknown: number;
  /** The part of the total that running processes are about to send. */
  planned: number;
}

/** Tolerance for rounding errors in sums of dollars. */
const DUST_USD = 1e-9;

/** @throws FalEditError (budget) where an edit could cost more than one run may. */
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

/** @throws FalEditError (budget) where an edit could bring the day over its cap. */
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

/** The beginning of the local day, milliseconds since the epoch. */
export function midnightBefore(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/**
 * Adds up the local day so far, batches with ledgers of their own included. Counts what lies in the future as
 * well: the clock may have been put back.
 *
 * @param except the folder of a batch that is counted by the caller
 * @param after the last job that is counted elsewhere
 */
export function spentToday(
  db: Database,
  via: string,
  { now, isRunning }: Pick<Context, 'now' | 'isRunning'>,
  except = '',
  after = 0,
): SpentToday {
  const midnight = midnightBefore(now());
  // Sandbox charges count only against runs on the sandbox, so that a cap can be tried out.
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
