/*
 * Runs the rows of a batch. Paid rows come first: rows at fal are waited for and missing pictures fetched again before
 * any further rows are sent. Each row runs like a single edit (edit/run.ts), with the same ledger and guarantees.
 */
import { setMaxListeners } from 'node:events';
import pLimit, { type LimitFunction } from 'p-limit';
import PQueue from 'p-queue';
import type { EditEnv } from '../../edit/env.js';
import { asFalEditError, FalEditError } from '../../errors/error.js';
import type { KnownPrices } from '../../edit/plan/estimate.js';
import { ENDED, findRow, unmeasuredRows, rowsInOrder, type RowWithJob } from '../../ledger/batch/states.js';
import { failsEveryRow, type RunLimits } from './run-limits.js';
import type { BatchEvent, OnBatchEvent, RowName } from '../events.js';
import { measureRow } from './measure-row.js';
import type { Pace } from './pace.js';
import { prospectOf, type Prospect, type RunAim } from './prospect.js';
import { resultOf } from './result.js';
import type { ResultsFile } from '../folder/results-file.js';
import { isFileRefused, isToSend, isWorthAnotherTry } from './retry.js';
import { Reservations } from './reservations.js';
import { attachRow, sendRow, type RowRun } from './row-run.js';
import type { DailyBudget } from './daily-budget.js';
import type { UnpricedRows } from './unpriced.js';
import type { BatchUploads } from './upload-cache.js';

export interface RunnerOptions extends RunAim {
  /** Absolute. */
  outDir: string;
  /** Most edits running at fal at once. */
  concurrency: number;
  /** Most pictures downloading at once. */
  downloads: number;
  pace: Pace;
  limits: RunLimits;
  budget: DailyBudget;
  uploads: BatchUploads;
  results: ResultsFile;
  /** Deadline of one row, in milliseconds. */
  timeoutMs: number;
  cancelOnTimeout: boolean;
  priority: 'normal' | 'low' | undefined;
  pricesOf: (endpoint: string) => Promise<KnownPrices>;
  unpriced: UnpricedRows;
  onEvent: OnBatchEvent;
  /** The work to do, if already determined. */
  prospect?: Prospect;
}

/** Most times that a row which was provably not accepted is sent in one run. */
const TRIES = 4;

/** @throws any error of the ledger; failures of rows are reported as events */
export async function runRows(env: EditEnv, options: RunnerOptions): Promise<void> {
  await new Runner(env, options).run();
}

class Runner {
  private readonly flights: PQueue;
  private readonly downloads: LimitFunction;
  /** Rows that are finished at fal and whose pictures are being fetched. */
  private readonly landing = new Set<Promise<void>>();
  /** Rows to retry, with the number of the next try. */
  private again: { row: RowWithJob; tries: number }[] = [];
  /** Errors of rows waiting to be retried, by key. */
  private readonly unsent = new Map<string, { row: RowWithJob; error: FalEditError }>();
  private readonly reservations: Reservations;
  /** An internal error, which stops the run. */
  private broken: { error: unknown } | undefined;

  constructor(
    private readonly env: EditEnv,
    private readonly options: RunnerOptions,
  ) {
    // Every open row listens to the signal: that is not a leak.
    setMaxListeners(0, env.context.signal);
    this.flights = new PQueue({ concurrency: options.concurrency });
    this.downloads = pLimit(options.downloads);
    this.reservations = new Reservations(options.limits, options.budget, options.unpriced);
  }

  async run(): Promise<void> {
    const { ledger } = this.env;
    const { retry, again, held } = this.options;
    const changed = await this.measureAnew();
    const known = changed > 0 ? undefined : this.options.prospect;
    const prospect = known ?? prospectOf(ledger, this.options, this.options.unpriced);
    this.tellStart(prospect);
    if (prospect.toFetch > 0) {
      for (const row of rowsInOrder(ledger, ['waiting'])) await this.launch(() => this.attach(row));
    }
    if (prospect.toSend > 0) {
      for (const row of rowsInOrder(ledger, ['pending', 'failed', 'moderated', 'waiting', 'unknown'])) {
        if (this.mustStop()) break;
        if (isToSend(row, retry, again, held)) await this.launch(() => this.send(row, 1));
      }
    }
    await this.land();
    while (this.again.length > 0 && !this.mustStop()) {
      for (const { row, tries } of this.again.splice(0)) await this.launch(() => this.send(row, tries));
      await this.land();
    }
    if (this.broken !== undefined) throw this.broken.error;
    // These rows were not retried: they end here.
    for (const { row, error } of this.unsent.values()) await this.conclude(row, error);
  }

  private mustStop(): boolean {
    return (
      this.options.limits.stopped !== undefined ||
      this.env.context.signal.aborted ||
      this.broken !== undefined
    );
  }

  /** Starts a row as soon as there is room. */
  private async launch(flight: () => Promise<void>): Promise<void> {
    await this.flights.onSizeLessThan(1);
    void this.flights.add(async () => {
      try {
        await flight();
      } catch (error) {
        this.broken ??= { error };
      }
    });
  }

  private async land(): Promise<void> {
    await this.flights.onIdle();
    await Promise.all(this.landing);
  }

  private attach(row: RowWithJob): Promise<void> {
    if (this.env.context.signal.aborted || this.broken !== undefined) return Promise.resolve();
    this.options.onEvent(begunEvent(row, true));
    return this.fly(row, (run) => attachRow(row, this.env, run));
  }

  private async send(row: RowWithJob, tries: number): Promise<void> {
    const { pace, onEvent } = this.options;
    if (this.mustStop()) return;
    try {
      await pace.turn();
    } catch {
      // Interrupted before the row began.
      return;
    }
    let mayCost: number | undefined;
    try {
      mayCost = await this.reservations.take(row, () => this.mustStop());
    } catch (error) {
      this.stop(asFalEditError(error, 'no'));
    }
    if (mayCost === undefined) return;
    this.unsent.delete(row.key);
    onEvent(begunEvent({ ...row, usd: mayCost }, false));
    await this.fly(row, (run) => sendRow(row, this.env, run), tries);
  }

  /**
   * Runs a row. Resolves when its edit is finished at fal, so that the next can start while its pictures are fetched.
   */
  private fly(row: RowWithJob, start: (run: RowRun) => Promise<void>, tries?: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        // If downloads are slower than edits, further edits wait.
        if (this.downloads.pendingCount < this.options.downloads) resolve();
      };
      let mayBeSent = tries === undefined;
      const sending = (): void => {
        mayBeSent = true;
      };
      const life = start(this.runOf(row, over, sending))
        .then(
          () => this.end(row, undefined, tries),
          (error: unknown) => this.end(row, asFalEditError(error, mayBeSent ? 'maybe' : 'no'), tries),
        )
        .catch((error: unknown) => {
          // If the next row has started, nobody awaits this one any more.
          this.broken ??= { error };
          this.reservations.wake();
        })
        .then(resolve)
        .finally(() => this.landing.delete(life));
      this.landing.add(life);
    });
  }

  private runOf(row: RowWithJob, over: () => void, sending: () => void): RowRun {
    const name = nameOf(row);
    return {
      ...this.options,
      inLane: (_, run) => this.downloads(run),
      onEvent: (event) => {
        if (event.type === 'completed') over();
        if (event.type === 'submitting' || event.type === 'resumed') sending();
        this.options.onEvent({ type: 'step', row: name, event });
      },
    };
  }

  /** @param tries times it was sent in this run; undefined if it was only waited for */
  private async end(
    row: RowWithJob,
    error: FalEditError | undefined,
    tries: number | undefined,
  ): Promise<void> {
    const { ledger, context } = this.env;
    const { pace, unpriced, uploads, onEvent } = this.options;
    const ended = findRow(ledger, row.key) ?? row;
    const isMeasured = ended.job?.state === 'saved' && (await measureRow(ledger, ended, context));
    const now = isMeasured ? (findRow(ledger, row.key) ?? row) : ended;
    // The bills of earlier runs are counted already.
    if (row.job?.id !== now.job?.id || row.job?.billedUsd === undefined) unpriced.settle(now.job);
    if (tries !== undefined) this.reservations.settle(row.key, now.job);
    if (error !== undefined && tries !== undefined && !context.signal.aborted && tries < TRIES) {
      const isStale = isFileRefused(error) && uploads.forgetReused(now.job?.uploads ?? []);
      if (isWorthAnotherTry(error) && pace.trouble()) this.giveUp(error);
      if ((isStale || isWorthAnotherTry(error)) && !failsEveryRow(error)) {
        this.again.push({ row: now, tries: tries + 1 });
        this.unsent.set(row.key, { row: now, error });
        onEvent({ type: 'retrying', row: nameOf(row), error });
        return;
      }
    }
    if (error === undefined) pace.well();
    await this.conclude(now, error);
  }

  /** Reports the outcome of a row. @param now the row as it is now in the ledger */
  private async conclude(now: RowWithJob, error: FalEditError | undefined): Promise<void> {
    const { outDir, results, submitOnly, onEvent } = this.options;
    const name = nameOf(now);
    const result = resultOf(now, outDir, error);
    if (submitOnly && error === undefined && now.state === 'waiting') {
      onEvent({ type: 'left', row: name, requestId: now.job?.requestId ?? '' });
      return;
    }
    if (error !== undefined) this.brake(error, now);
    if (ENDED.includes(now.state)) {
      await results.append(result);
      onEvent({ type: 'ended', row: name, result, error });
    } else if (error !== undefined) {
      onEvent({ type: 'open', row: name, result, error });
    }
  }

  /** Stops the run: fal has been unreachable for too long to try every row. */
  private giveUp(last: FalEditError): void {
    const { message, hint } = last;
    this.stop(
      new FalEditError('temporary', `fal has accepted no rows for several minutes. Last error: ${message}`, {
        hint,
      }),
    );
  }

  private stop(reason: FalEditError): void {
    const { limits, onEvent } = this.options;
    if (limits.stopped !== undefined) return;
    limits.stop(reason);
    onEvent({ type: 'stopped', error: reason });
  }

  private brake(error: FalEditError, { state }: RowWithJob): void {
    if (this.env.context.signal.aborted) return;
    const tooMany =
      state === 'failed' || state === 'moderated' ? this.options.limits.failed(error) : undefined;
    if (failsEveryRow(error)) this.stop(error);
    else if (tooMany !== undefined) this.stop(tooMany);
  }

  /** Measures finished rows whose expectations have changed. Returns the number of measured rows. */
  private async measureAnew(): Promise<number> {
    let measured = 0;
    const { ledger, context } = this.env;
    const { outDir, results, onEvent } = this.options;
    for (const key of unmeasuredRows(ledger.db)) {
      const row = findRow(ledger, key);
      if (row === undefined || !(await measureRow(ledger, row, context))) continue;
      const result = resultOf(findRow(ledger, key) ?? row, outDir);
      await results.append(result);
      onEvent({ type: 'ended', row: nameOf(row), result, error: undefined });
      measured++;
    }
    return measured;
  }

  private tellStart(prospect: Prospect): void {
    const { counts, toSend, toFetch, cost } = prospect;
    this.options.onEvent({ type: 'started', counts, toSend, toFetch, estimatedUsd: cost.usd ?? null });
  }
}

function begunEvent(row: RowWithJob, attached: boolean): BatchEvent {
  return { type: 'begun', row: nameOf(row), attached, state: row.state, usd: row.usd };
}

export function nameOf({ key, id, file, line }: RowWithJob): RowName {
  return { key, id, place: { file, line } };
}
