import type { Context, ProcessId } from '../context.js';
import { usdText } from '../dollars.js';
import { FalEditError } from '../errors.js';
import type { Database } from './database.js';
import { COST, ELSEWHERE_COST, isSandbox, ON_SANDBOX, SENT_HERE } from './spending.js';

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
