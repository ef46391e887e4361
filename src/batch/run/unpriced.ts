import { ASSUME_HINT, type Assumption, usd } from '../../edit/plan/estimate.js';
import { FalEditError } from '../../errors/error.js';
import type { RowWithJob } from '../../ledger/batch/states.js';
import type { Job } from '../../ledger/job.js';
import { usdText } from '../../units.js';
import type { AssumedCost } from '../rows/result-row.js';
import { rowsText } from './ending.js';

/** Bills of edits by one endpoint. */
export interface Bills {
  endpoint: string;
  edits: number;
  /** Dollars. */
  usd: number;
}

/**
 * The cost of rows whose price is unknown: as the user assumes until fal has billed an edit by the same endpoint, then
 * the mean of the bills.
 */
export class UnpricedRows {
  private readonly bills: Map<string, Bills>;
  /** Endpoints of the rows that this run has counted. */
  private readonly used = new Set<string>();

  /**
   * @param sandbox nothing is charged: no assumption is needed
   * @param bills of earlier runs of the batch
   */
  constructor(
    private readonly assumedUsd: number | undefined,
    private readonly sandbox: boolean,
    bills: readonly Bills[],
  ) {
    this.bills = new Map(bills.map((one) => [one.endpoint, one]));
  }

  /** Undefined if nothing is known about the cost of an edit by the endpoint. */
  assumptionFor(endpoint: string): Assumption | undefined {
    const mean = this.meanOf(endpoint);
    if (mean !== undefined) return { usd: mean, grade: 'measured' };
    return this.assumedUsd === undefined ? undefined : { usd: this.assumedUsd, grade: 'assumed' };
  }

  /** The cost of a row for the caps, in dollars. @throws FalEditError (budget): it is unknown */
  mayCost({
    endpoint,
    usd: estimated,
    costGrade,
  }: Pick<RowWithJob, 'endpoint' | 'usd' | 'costGrade'>): number {
    if (costGrade !== 'unknown') return estimated;
    const assumption = this.assumptionFor(endpoint);
    if (assumption === undefined && !this.sandbox)
      throw unpricedError([{ endpoint, rows: 1 }], 'It was not sent.');
    this.used.add(endpoint);
    return assumption?.usd ?? 0;
  }

  /** Takes the bill of an edit, if its cost was unknown before. */
  settle(job: Pick<Job, 'endpoint' | 'costGrade' | 'billedUsd' | 'charged'> | undefined): void {
    if (job?.billedUsd === undefined || job.charged === 'no') return;
    const { endpoint, costGrade = 'calculated' } = job;
    if (costGrade === 'calculated' || costGrade === 'history') return;
    const known = this.bills.get(endpoint) ?? { endpoint, edits: 0, usd: 0 };
    this.bills.set(endpoint, { endpoint, edits: known.edits + 1, usd: known.usd + job.billedUsd });
  }

  /** The costs that stood for the unknown prices of this run. */
  get costs(): AssumedCost[] {
    return [...this.used].map((endpoint) => ({
      endpoint,
      assumed_usd: this.assumedUsd ?? null,
      measured_usd: this.meanOf(endpoint) ?? null,
      bills: this.bills.get(endpoint)?.edits ?? 0,
    }));
  }

  private meanOf(endpoint: string): number | undefined {
    const bills = this.bills.get(endpoint);
    return bills === undefined ? undefined : usd(bills.usd / bills.edits);
  }
}

/** Rows of one endpoint whose cost is unknown. */
export interface Unpriced {
  endpoint: string;
  rows: number;
  /** Why, in words; absent if it is not at hand. */
  why?: string | undefined;
}

/** Refuses rows whose cost nobody knows. @param ending says what was sent */
export function unpricedError(unpriced: readonly Unpriced[], ending = 'Nothing was sent.'): FalEditError {
  const rows = unpriced.reduce((sum, one) => sum + one.rows, 0);
  return new FalEditError(
    'budget',
    `The cost of ${rowsText(rows)} is unknown: ${unpriced.map(unpricedText).join('; ')}. ${ending}`,
    {
      hint: ASSUME_HINT,
      details: { unpriced: unpriced.map(({ endpoint, rows: n }) => ({ endpoint, rows: n })) },
    },
  );
}

/** `xai/grok (billed by the compute second)` */
export function unpricedText({ endpoint, why }: Unpriced): string {
  return why === undefined ? endpoint : `${endpoint} (${why})`;
}

/** One sentence for each price that was assumed; none on the sandbox, which charges nothing. */
export function assumedTexts(costs: readonly AssumedCost[], sandbox: boolean): string[] {
  if (sandbox) return [];
  return costs.map(({ endpoint, assumed_usd: assumed, measured_usd: measured, bills }) => {
    const before = assumed === null ? '' : `, assumed ${usdText(assumed)} an edit`;
    const after =
      measured === null
        ? '; fal has billed none yet'
        : `, measured ${usdText(measured)} (mean of ${bills === 1 ? '1 bill' : `${bills} bills`}), which the caps went by from the first bill`;
    return `Price of ${endpoint}: unknown${before}${after}.`;
  });
}
