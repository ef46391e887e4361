import { usdText } from '../../units.js';
import { codeOf, FalEditError, ShortageError } from '../../errors/error.js';
import { LedgerError, SaveError, UnreachableError } from '../../errors/failures.js';
import type { Job } from '../../ledger/job.js';

/** Limits of a run; an absent one is no limit. */
export interface Limits {
  /** Most dollars that this run may spend. */
  maxCostUsd?: number | undefined;
  /** Most paid submits in this run. */
  maxJobs?: number | undefined;
  /** Number of failed rows in this run after which it sends no more. */
  maxFailures?: number | undefined;
}

/** Tolerance for rounding errors in sums of dollars. */
const DUST_USD = 1e-9;

/**
 * Decides whether a run may send one more row. Rows already at fal are always fetched; running a stopped batch again
 * continues where it stopped.
 */
export class RunLimits {
  /** Reason why no more rows are sent; undefined if there is none. */
  stopped: FalEditError | undefined;
  sent = 0;
  failures = 0;
  /** Maximum cost of each open row, by key. */
  private readonly open = new Map<string, number>();
  private settledUsd = 0;
  /** Whether `settledUsd` includes estimates. */
  private isGuessed = false;

  constructor(private readonly limits: Limits) {}

  /** Cost of this run so far, and possible cost of its open edits: billed if known, else estimated. */
  get spentUsd(): number {
    return [...this.open.values()].reduce((sum, usd) => sum + usd, this.settledUsd);
  }

  /** Whether `spentUsd` includes estimates, since fal has not billed everything. */
  get isEstimate(): boolean {
    return this.open.size > 0 || this.isGuessed;
  }

  /** The spending cap in dollars; undefined if there is none. */
  get capUsd(): number | undefined {
    return this.limits.maxCostUsd;
  }

  /** Reserves a row's cost in the run's budget. @throws FalEditError (budget): the row must not be sent */
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

  /** Replaces the reservation of a finished row with its actual cost, or its estimate if unknown. */
  settle(key: string, job: Pick<Job, 'charged' | 'billedUsd' | 'intentAt' | 'requestId'> | undefined): void {
    const estimated = this.open.get(key);
    if (estimated === undefined) return;
    this.open.delete(key);
    // It was never sent, or fal did not accept it.
    const isRefused = job?.charged === 'no' && job.requestId === undefined;
    if (job?.intentAt === undefined || isRefused) this.sent--;
    if (job === undefined || job.charged === 'no') return;
    this.settledUsd += job.billedUsd ?? estimated;
    if (job.billedUsd === undefined) this.isGuessed = true;
  }

  /** Counts a row that ended without a picture. Returns the reason to stop, once the limit is reached. */
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

  /** Stops sending. The first reason is kept. */
  stop(reason: FalEditError): void {
    this.stopped ??= reason;
  }
}

const GO_ON = 'Edits already sent will finish. Run the same command again to continue.';

/** System errors that would affect the next row too: a picture that cannot be saved is not worth paying for. */
const FULL_DISK = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EFBIG', 'EMFILE'];

/**
 * Whether the next row would fail in the same way: no key, a locked account, no ledger, a full disk, a proxy or
 * certificate that blocks everything, a bug.
 */
export function failsEveryRow(error: FalEditError): boolean {
  if (error.kind === 'auth' || error.kind === 'account' || error.kind === 'internal') return true;
  if (error instanceof ShortageError || error instanceof LedgerError) return true;
  if (error instanceof UnreachableError) return error.phase === 'proxy' || error.phase === 'tls';
  const origin = error.origin instanceof FalEditError ? error.origin.origin : error.origin;
  return error instanceof SaveError && FULL_DISK.includes(codeOf(origin) ?? '');
}
