import { usdText } from '../../units.js';
import { codeOf, FalEditError, ShortageError } from '../../errors/error.js';
import { LedgerError, SaveError, UnreachableError } from '../../errors/failures.js';
import type { Job } from '../../ledger/job.js';

/** How far a run may go. What is left out has no limit. */
export interface Limits {
  /** Dollars that this run may spend. */
  maxCostUsd?: number | undefined;
  /** Paid submits of this run. */
  maxJobs?: number | undefined;
  /** Failed rows of this run after which it sends no more. */
  maxFailures?: number | undefined;
}

/** Sums of dollars have dust in them: this much is nobody's. */
const DUST_USD = 1e-9;

/**
 * Decides whether a run may send one more row. What is under way always comes home: a batch that was stopped goes on
 * where it stopped when it is run again.
 */
export class RunLimits {
  /** Why nothing more is sent; undefined while there is no reason. */
  stopped: FalEditError | undefined;
  sent = 0;
  failures = 0;
  /** By job under way, what it may cost. */
  private readonly open = new Map<string, number>();
  private settledUsd = 0;
  /** Something of that is an estimate. */
  private isGuessed = false;

  constructor(private readonly limits: Limits) {}

  /** Cost of this run so far, and possible cost of its open edits: billed if known, else estimated. */
  get spentUsd(): number {
    return [...this.open.values()].reduce((sum, usd) => sum + usd, this.settledUsd);
  }

  /** Whether fal has not said what some of it was billed at. */
  get isEstimate(): boolean {
    return this.open.size > 0 || this.isGuessed;
  }

  /** The dollars that may be spent; undefined without a cap. */
  get capUsd(): number | undefined {
    return this.limits.maxCostUsd;
  }

  /** Takes the money for a row out of the run's budget. @throws FalEditError (budget): it must not be sent */
  start(key: string, usd: number): void {
    const { maxCostUsd, maxJobs } = this.limits;
    const spent = this.spentUsd;
    if (maxCostUsd !== undefined && spent + usd > maxCostUsd + DUST_USD) {
      throw new FalEditError(
        'budget',
        `--max-cost: this run has spent ${usdText(spent)} of ${usdText(maxCostUsd)}, and the next row may cost ${usdText(usd)}. It was not sent.`,
        { hint: GO_ON, details: { spent_usd: spent, max_cost_usd: maxCostUsd } },
      );
    }
    if (maxJobs !== undefined && this.sent >= maxJobs) {
      throw new FalEditError('budget', `--max-jobs: this run has sent ${maxJobs} rows, the most allowed.`, {
        hint: GO_ON,
        details: { sent: this.sent, max_jobs: maxJobs },
      });
    }
    this.sent++;
    this.open.set(key, usd);
  }

  /** A row is over: what it cost is known, or counts as estimated. */
  settle(key: string, job: Pick<Job, 'charged' | 'billedUsd' | 'intentAt' | 'requestId'> | undefined): void {
    const estimated = this.open.get(key);
    if (estimated === undefined) return;
    this.open.delete(key);
    // It never got to the point of being sent, or fal did not take it.
    const isRefused = job?.charged === 'no' && job.requestId === undefined;
    if (job?.intentAt === undefined || isRefused) this.sent--;
    if (job === undefined || job.charged === 'no') return;
    this.settledUsd += job.billedUsd ?? estimated;
    if (job.billedUsd === undefined) this.isGuessed = true;
  }

  /** A row came to an end without a picture. Returns the reason to stop, once there were as many as may be. */
  failed(error: FalEditError): FalEditError | undefined {
    this.failures++;
    const { maxFailures } = this.limits;
    if (maxFailures === undefined || this.failures < maxFailures) return undefined;
    return new FalEditError(
      'partial',
      `--max-failures: ${this.failures === 1 ? '1 row has' : `${this.failures} rows have`} failed. Last error: ${error.message}`,
      { hint: GO_ON, details: { failures: this.failures, max_failures: maxFailures } },
    );
  }

  /** The first reason counts. */
  stop(reason: FalEditError): void {
    this.stopped ??= reason;
  }
}

const GO_ON = 'Edits already sent will finish. Run the same command again to continue.';

/** Errors of the system that the next row would meet as well: a picture that cannot be saved is not worth paying for. */
const FULL_DISK = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EFBIG', 'EMFILE'];

/**
 * Whether the next row would fail in the same way: no key, a locked account, no ledger, a full disk, a proxy or
 * certificate that lets nothing through, a bug.
 */
export function failsEveryRow(error: FalEditError): boolean {
  if (error.kind === 'auth' || error.kind === 'account' || error.kind === 'internal') return true;
  if (error instanceof ShortageError || error instanceof LedgerError) return true;
  if (error instanceof UnreachableError) return error.phase === 'proxy' || error.phase === 'tls';
  const origin = error.origin instanceof FalEditError ? error.origin.origin : error.origin;
  return error instanceof SaveError && FULL_DISK.includes(codeOf(origin) ?? '');
}
