import type { BatchEvent } from '../../batch/events.js';
import { RunLimits } from '../../batch/run/run-limits.js';
import { dailyBudget } from '../../batch/run/daily-budget.js';
import { rowsText } from '../../batch/run/ending.js';
import type { RowSource } from '../../batch/manifest/open.js';
import { Pace } from '../../batch/run/pace.js';
import type { CostTotal } from '../../batch/run/cost-total.js';
import { prospectOf, type Prospect, type RunAim } from '../../batch/run/prospect.js';
import type { BatchPlan } from '../../batch/rows/reading.js';
import type { Records } from '../../batch/folder/records.js';
import { ResultsFile, setResultsAside } from '../../batch/folder/results-file.js';
import { runRows } from '../../batch/run/runner.js';
import { standingOf } from '../../batch/run/summary.js';
import { Tally } from '../../batch/run/tally.js';
import { unpricedError, UnpricedRows } from '../../batch/run/unpriced.js';
import { BatchUploads } from '../../batch/run/upload-cache.js';
import { asFalEditError, FalEditError } from '../../errors/error.js';
import type { ExitCode } from '../../exit-codes.js';
import type { EditEnv } from '../../edit/env.js';
import { storageOf, type Route } from '../../fal/route.js';
import { unpricedBills } from '../../ledger/batch/costs.js';
import { readNote } from '../../ledger/batch/notes.js';
import { closeRun, openRun } from '../../ledger/batch/run-mark.js';
import { countStates } from '../../ledger/batch/states.js';
import { isSandbox } from '../../ledger/spending.js';
import { chargedSoFar } from '../../fal/queue/submit-once.js';
import type { Ledger } from '../../ledger/ledger.js';
import { requireSharp } from '../../native-parts.js';
import { canAsk, confirm } from '../../terminal/confirm.js';
import { sandboxTotalText, totalText } from '../../terminal/cost-text.js';
import { throughText } from '../../terminal/progress.js';
import { openRoute, proxyWarning, requireKey, traceTo } from '../connect.js';
import { shortPath } from '../edit/document.js';
import { openLedger } from '../open-ledger.js';
import { endRun } from './end-run.js';
import type { Outcome } from './finish.js';
import { forgetPages } from './page-state.js';
import { settleWorld } from './open.js';
import { batchOutput, type BatchOutput } from './output.js';
import type { BatchOptions } from './options.js';
import type { Surroundings } from './surroundings.js';
import type { Prices } from './prices.js';
import { checkFailed, checkUnknown } from './unknown.js';

/** How many times one run asks fal about its own lost answers. */
const MOST_PASSES = 10;

/** A batch whose rows are read. */
export interface Opened {
  ledger: Ledger;
  records: Records;
  folder: string;
  /** The way to fal according to the settings; it may be a sandbox that has yet to be started. */
  declared: Route;
  proxies: readonly string[];
  prices: Prices;
  plan: BatchPlan | undefined;
  outcome: Outcome;
}

/** The part of a batch that may cost money. @throws FailedBatch, FalEditError */
export async function send(
  source: RowSource | undefined,
  options: BatchOptions,
  surroundings: Surroundings,
  { ledger, records, folder, declared, proxies, prices, plan, outcome }: Opened,
): Promise<ExitCode> {
  const { settings, context, terminal, models } = surroundings;
  const invalid = plan?.invalid ?? 0;
  const startedAt = context.now();
  const began = context.elapsed();
  settleWorld(ledger);
  const { retry, again, submitOnly, collect: collectOnly } = options;
  let aim: RunAim = { retry, again, submitOnly, collectOnly };
  let prospect = prospectOf(ledger, aim);
  const tally = new Tally(standingOf(ledger, prospect.counts));
  const name = source?.name ?? readNote(ledger.db, 'source') ?? folder;
  const shard = readNote(ledger.db, 'shard') || null;
  const touchesFal = prospect.toSend + prospect.toFetch + prospect.toAsk + prospect.counts.unknown > 0;
  if (touchesFal) {
    requireKey(settings, declared);
    // Results are measured, and drawn for the report.
    if (prospect.toSend > 0) await requireSharp();
    const warning = proxyWarning(settings, declared.connection);
    if (warning !== undefined) terminal.warn(warning);
  }
  const opened = touchesFal ? await openRoute(settings, declared, context, models?.documents()) : undefined;
  const users = await openLedger(settings, context);
  const env: EditEnv = { context, ledger, route: opened?.route ?? declared, trace: traceTo(terminal) };
  const uploads = new BatchUploads({
    ...{ ledger, storage: storageOf(declared), keptMs: options.reuseUploadsMs, atOnce: options.uploads },
  });
  const budget = dailyBudget({
    own: ledger,
    users,
    folder,
    via: declared.via,
    dailyCapUsd: options.dailyCapUsd,
  });
  const unpriced = new UnpricedRows(options.assumedUsd, isSandbox(declared.via), unpricedBills(ledger.db));
  let limits = new RunLimits({});
  /** Error that ended the run early, and whether rows may have been sent by then. */
  let broken: { error: FalEditError; isSending: boolean } | undefined;
  let isSending = false;
  const breakWith = (error: unknown): void => {
    broken ??= { error: asFalEditError(error, chargedSoFar()), isSending };
  };
  let output: BatchOutput | undefined;
  let results: ResultsFile | undefined;
  try {
    if (prospect.counts.unknown > 0 && !again) await checkUnknown(env, options, terminal);
    if (prospect.toAsk > 0) aim = { ...aim, held: await checkFailed(env, options, terminal) };
    if (prospect.toSend > 0) await prices.refresh(prospect.endpoints, ledger);
    if (touchesFal) prospect = prospectOf(ledger, aim, unpriced);
    await refuseUnpricedRows(prospect, prices, ledger, declared);
    limits = new RunLimits({
      maxCostUsd: options.maxCostUsd,
      maxJobs: options.maxJobs,
      maxFailures: failuresOf(options.maxFailures, prospect.toSend),
    });
    await agree(prospect.cost, proxies, options, surroundings);
    if (records.lost.length > 0) {
      const old = await setResultsAside(folder);
      terminal.note(`Results that are missing from the ledger were kept in ${shortPath(old, context.cwd)}.`);
    }
    results = await ResultsFile.open(folder, ledger, records.lost.length > 0 ? undefined : records.jobs);
    if (touchesFal) forgetPages(ledger);
    // A changing progress line would overwrite the question.
    const display = await batchOutput({ ...options, ...outcome }, surroundings, folder, () => ({
      spentUsd: limits.spentUsd,
      isEstimate: limits.isEstimate,
      capUsd: limits.capUsd,
    }));
    output = display;
    const run = {
      ...{ outDir: folder, limits, budget, uploads, results },
      ...aim,
      ...{ concurrency: options.concurrency, downloads: options.downloads },
      ...{ timeoutMs: options.timeoutMs, cancelOnTimeout: options.cancelOnTimeout },
      ...{ priority: options.priority, pricesOf: prices.of, unpriced },
      pace: new Pace(options.rate, context),
      onEvent: (event: BatchEvent) => {
        if (event.type === 'started') tally.restart(standingOf(ledger, event.counts));
        else tally.note(event);
        display.show(event);
      },
    };
    openRun(ledger.db, { since: context.now(), retry });
    isSending = true;
    await runRows(env, { ...run, prospect });
    // fal usually lists at once the requests whose answers were lost in this run.
    for (let pass = 0; touchesFal && pass < MOST_PASSES; pass++) {
      if (countStates(ledger.db).unknown === 0) break;
      if (context.signal.aborted || options.submitOnly) break;
      if ((await checkUnknown(env, options, terminal)) === 0) break;
      // Rows that failed in this run wait for the next.
      await runRows(env, { ...run, again: false, retry: 'none' });
    }
  } catch (error) {
    breakWith(error);
  } finally {
    output?.stop();
    try {
      budget.close();
      closeRun(ledger.db);
    } catch (error) {
      breakWith(error);
    }
    users.close();
    await Promise.all([opened?.close().catch(breakWith), results?.close().catch(breakWith)]);
  }
  return endRun(
    {
      ...{ ledger, folder, seen: tally.standing, broken, outcome },
      figures: {
        ...{ source: name, shard, leftOut: source?.leftOut, startedAt, invalid, stopped: limits.stopped },
        assumed_costs: unpriced.costs,
        ...{ submitted: limits.sent, uploads: uploads.figures.files },
        ...{ uploaded_bytes: uploads.figures.bytes, total_ms: Math.round(context.elapsed() - began) },
      },
    },
    options,
    surroundings,
  );
}

/** Refuses rows of unknown cost before anything is sent, except on a sandbox. @throws FalEditError (budget) */
async function refuseUnpricedRows(
  { unpriced }: Prospect,
  prices: Prices,
  ledger: Ledger,
  { via }: Route,
): Promise<void> {
  if (unpriced.size === 0 || isSandbox(via)) return;
  const reasons = [...unpriced].map(async ([endpoint, rows]) => ({
    ...{ endpoint, rows },
    why: await prices.whyUnknown(endpoint, ledger),
  }));
  throw unpricedError(await Promise.all(reasons));
}

/** Shows the cost, and asks for confirmation on a terminal. @throws FalEditError (usage): the answer was no */
async function agree(
  cost: CostTotal,
  proxies: readonly string[],
  { yes }: BatchOptions,
  { context, terminal, json }: Surroundings,
): Promise<void> {
  if (cost.edits === 0) return;
  const { sandbox } = terminal.options;
  const money = sandbox ? sandboxTotalText(cost) : totalText(cost);
  const what = `${rowsText(cost.edits)} to send, ${money}${throughText(proxies)}`;
  if (yes || json || !canAsk(context)) {
    terminal.note(`${what}.`);
    return;
  }
  if (await confirm(`${what}. Continue?`, context)) return;
  throw new FalEditError('usage', 'Cancelled; nothing was sent.', {
    hint: 'Answer y, or use --yes.',
  });
}

function failuresOf(limit: BatchOptions['maxFailures'], toSend: number): number | undefined {
  if (limit === undefined) return undefined;
  return 'count' in limit ? limit.count : Math.max(1, Math.ceil((toSend * limit.percent) / 100));
}
