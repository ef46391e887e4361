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
 * The money of the day, which a batch shares with everything else that runs on this machine. A batch has a ledger of
 * its own: here it tells the user's what it spends, and asks whether it may.
 */
export interface DailyBudget {
  /** Takes money for a row that is about to be sent. @throws FalEditError (budget): it would pass the day's cap; (input): the user's ledger is gone */
  take: (key: string, usd: number) => void;
  /** The row is over, one way or the other. */
  settle: (key: string, job: Pick<Job, 'charged' | 'billedUsd'> | undefined) => void;
  /** Tells the user's ledger what was spent. */
  close: () => void;
}

/** Between two reports to the user's ledger, in milliseconds. */
const REPORT_MS = 5_000;

export interface DailyBudgetOptions {
  /** The batch's ledger. */
  own: Ledger;
  /** The user's. */
  users: Ledger;
  /** Absolute: by it the user's ledger knows the batch. */
  folder: string;
  /** The way to fal. */
  via: string;
  /** Dollars; no limit if absent. */
  dailyCapUsd: number | undefined;
}

export function dailyBudget({ own, users, folder, via, dailyCapUsd }: DailyBudgetOptions): DailyBudget {
  /** Rows under way, with what they may cost. */
  const open = new Map<string, number>();
  let day = 0;
  let settledUsd = 0;
  let reportedAt = -Infinity;
  // Before the first row is sent: whatever becomes of the run, its edits can be found.
  rememberFolder(own, users, folder);
  const tell = (): void => {
    reportSpending(own.db, users.db, folder);
    reportedAt = own.context.now();
  };
  const ownUsd = (): number => {
    const today = midnightBefore(own.context.now());
    // What is under way when the day ends counts for both days: that is the safe side.
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
