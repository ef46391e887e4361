import { FalEditError } from '../../errors/error.js';
import type { RowWithJob } from '../../ledger/batch/states.js';
import type { Job } from '../../ledger/job.js';
import type { DailyBudget } from './daily-budget.js';
import type { RunLimits } from './run-limits.js';
import type { UnpricedRows } from './unpriced.js';

/** Reserves the cost of each row in the budgets of the run and of the day, until it has ended. */
export class Reservations {
  /** Keys of running rows whose cost is assumed. */
  private readonly assumed = new Set<string>();
  private waiting: (() => void)[] = [];

  constructor(
    private readonly limits: RunLimits,
    private readonly budget: DailyBudget,
    private readonly unpriced: UnpricedRows,
  ) {}

  /**
   * Reserves the cost of a row that is about to be sent. While the cost of others is only assumed, a row that does not
   * fit waits for them, since their bills may leave more.
   *
   * @param mustStop whether the run has stopped meanwhile
   * @returns dollars; undefined if the run has stopped
   * @throws FalEditError (budget): it must not be sent
   */
  async take(row: RowWithJob, mustStop: () => boolean): Promise<number | undefined> {
    while (!mustStop()) {
      try {
        return this.reserve(row);
      } catch (error) {
        this.limits.settle(row.key, undefined);
        const isBudget = error instanceof FalEditError && error.kind === 'budget';
        if (!isBudget || this.assumed.size === 0) throw error;
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    }
    return undefined;
  }

  /** Replaces the reservation of a row that has ended with its bill. */
  settle(key: string, job: Job | undefined): void {
    this.limits.settle(key, job);
    this.budget.settle(key, job);
    this.assumed.delete(key);
    this.wake();
  }

  /** Lets waiting rows try again, or notice that the run has stopped. */
  wake(): void {
    for (const goOn of this.waiting.splice(0)) goOn();
  }

  private reserve(row: RowWithJob): number {
    const usd = this.unpriced.mayCost(row);
    this.limits.start(row.key, usd);
    this.budget.take(row.key, usd);
    if (row.costGrade === 'unknown') this.assumed.add(row.key);
    return usd;
  }
}
