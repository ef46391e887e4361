import {
  checkDailyCap,
  lastCopied,
  midnightBefore,
  reportSpending,
  reserveElsewhere,
  spentToday,
} from '../../ledger/spending.js';
import { rememberFolder } from '../../ledger/batch/folders.js';
import type { Job } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';

/**
 * The daily budget, shared by a batch with everything else that runs on this machine. A batch has its own ledger: this
 * reports its spending to the user's ledger, and checks the cap there.
 */
export interface DailyBudget {
  /**
   * Reserves the cost of a row before it is sent.
   *
   * @throws FalEditError (budget): it would exceed the daily cap; (input): the user's ledger is gone
   */
  take: (key: string, usd: number) => void;
  /** Settles a row that has ended, in any way. */
  settle: (key: string, job: Pick<Job, 'charged' | 'billedUsd'> | undefined) => void;
  /** Reports the final spending to the user's ledger. */
  close: () => void;
}

/** Time between two reports to the user's ledger, in milliseconds. */
const REPORT_MS = 5_000;

export interface DailyBudgetOptions {
  /** The batch's ledger. */
  own: Ledger;
  /** The user's ledger. */
  users: Ledger;
  /** Absolute; identifies the batch in the user's ledger. */
  folder: string;
  /** The way to fal. */
  via: string;
  /** Dollars; no limit if absent. */
  dailyCapUsd: number | undefined;
}

export function dailyBudget({ own, users, folder, via, dailyCapUsd }: DailyBudgetOptions): DailyBudget {
  /** Maximum cost of each open row, by key. */
  const open = new Map<string, number>();
  let day = 0;
  let settledUsd = 0;
  let reportedAt = -Infinity;
  // Done before the first row is sent, so that the batch's edits can be found however the run ends.
  rememberFolder(own, users, folder);
  const tell = (): void => {
    reportSpending(own.db, users.db, folder);
    reportedAt = own.context.now();
  };
  const ownUsd = (): number => {
    const today = midnightBefore(own.context.now());
    // Rows open at midnight count for both days, to be safe.
    if (today !== day)
      settledUsd = spentToday(own.db, via, own.context, '', lastCopied(users.db, folder)).total;
    day = today;
    return [...open.values()].reduce((sum, usd) => sum + usd, settledUsd);
  };
  return {
    take: (key, usd) => {
      users.db.refuseElsewhere();
      if (dailyCapUsd !== undefined) {
        const ours = ownUsd();
        users.db.transaction(() => {
          const others = spentToday(users.db, via, users.context, folder);
          checkDailyCap(usd, { ...others, total: others.total + ours }, { dailyCapUsd });
          const now = users.context.now();
          reserveElsewhere(users.db, folder, via, { now, midnight: midnightBefore(now), usd: ours + usd });
        });
      }
      open.set(key, usd);
    },
    settle: (key, job) => {
      const estimated = open.get(key) ?? 0;
      open.delete(key);
      if (job !== undefined && job.charged !== 'no') settledUsd += job.billedUsd ?? estimated;
      if (own.context.now() - reportedAt > REPORT_MS && dailyCapUsd === undefined) tell();
    },
    close: () => {
      tell();
      rememberFolder(own, users, folder);
    },
  };
}
