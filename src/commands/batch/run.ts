import { Brakes } from '../../batch/brakes.js';
import { dailyPurse } from '../../batch/daily-purse.js';
import { endingOf, rowsText, withoutStates, withStates } from '../../batch/ending.js';
import { openRows, type RowSource } from '../../batch/manifest/open.js';
import { Pace } from '../../batch/pace.js';
import { shardText } from '../../batch/planner.js';
import { prospectOf, type RunAim } from '../../batch/prospect.js';
import { rebuildEdits } from '../../batch/rebuild.js';
import type { BatchPlan } from '../../batch/reading.js';
import type { Records } from '../../batch/records.js';
import { renamePictures } from '../../batch/rename-pictures.js';
import { ResultsFile, setResultsAside } from '../../batch/results-file.js';
import { runRows } from '../../batch/runner.js';
import { summaryOf } from '../../batch/summary.js';
import { BatchUploads } from '../../batch/upload-shelf.js';
import { usdText } from '../../dollars.js';
import { usd } from '../../edit/estimate.js';
import { asFalEditError, FalEditError } from '../../errors.js';
import { EXIT_OK, type ErrorKind, type ExitCode } from '../../exit-codes.js';
import { accountOf, proxiesOf, type Connection } from '../../fal/connection.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import { closeRun, openRun } from '../../ledger/batch/run-mark.js';
import { countStates, endedKinds, rowsInOrder } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import { isSandbox } from '../../ledger/spending.js';
import { requireSharp } from '../../native-parts.js';
import { canAsk, confirm } from '../../terminal/confirm.js';
import { harmlessLine } from '../../terminal/plain.js';
import { throughText } from '../../terminal/progress.js';
import type { Terminal } from '../../terminal/terminal.js';
import { openConnection, proxyWarning, readConnection, requireKey } from '../connect.js';
import { shortPath } from '../edit/document.js';
import { openLedger, viaOf } from '../open-ledger.js';
import { traceTo } from '../earlier/ledger-command.js';
import { showProspect } from './dry-run.js';
import { keepHeapSmall } from './engine.js';
import { refuseUnfrozen } from './frozen.js';
import { BATCH_OUTCOME, finishBatch, type Outcome } from './finish.js';
import { forgetPages } from './shown-pages.js';
import { defaultOutDir, openOutDir, settleWorld } from './open.js';
import { batchOutput, type BatchOutput } from './output.js';
import type { BatchOptions } from './options.js';
import type { Surroundings } from './surroundings.js';
import { openPrices, type Prices } from './prices.js';
import { readRows } from './read-rows.js';
import { tellRebuilt } from './rebuilt.js';
import { lookUpFailed, lookUpUnknown } from './unknown.js';

/** How often one run asks fal about what it has lost itself. */
const MOST_PASSES = 10;

/** How to go on where nothing is sent. */
const COLLECT_AGAIN =
  'What fal still has, the same command brings home later. Rows that were not sent need the batch itself: --collect sends nothing.';

/** Runs the batch that the words of the command line name. @throws FalEditError */
export async function runBatch(
  words: readonly string[],
  options: BatchOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  if (options.collect && words.length > 0) throw collectsAlone(words);
  const source = options.collect ? undefined : await openRows(words, options, surroundings.context);
  return runRowsOf(source, options, surroundings, BATCH_OUTCOME);
}

/**
 * Reads, checks and runs rows, from where they come from to the files of their out-dir.
 *
 * @param source undefined: those that the out-dir has are fetched
 * @throws FalEditError
 */
export async function runRowsOf(
  source: RowSource | undefined,
  options: BatchOptions,
  surroundings: Surroundings,
  outcome: Outcome,
): Promise<ExitCode> {
  keepHeapSmall();
  const { settings, context, terminal, json } = surroundings;
  const { collect, dryRun, frozen, rebuild, again } = options;
  const declared = readConnection(settings, context);
  const via = viaOf(settings, declared, context);
  const wanted = options.outDir ?? defaultOutDir(source, context.cwd, isSandbox(via));
  const look = dryRun || frozen;
  const outDir = await openOutDir(wanted, via, context, {
    ...{ look, frozen, mustExist: collect || rebuild, rebuild, lost: rebuild || (again && !frozen) },
  });
  try {
    const { ledger, records } = outDir;
    const rebuilt = rebuild ? await rebuildEdits(outDir.folder, ledger, via, records.lostRun) : undefined;
    if (rebuilt !== undefined) outDir.claim();
    const prices = await openPrices(declared, context);
    const way = `${via} ${accountOf(declared) ?? ''}`;
    const proxiesToFal = (which: 'all' | 'remote'): string[] =>
      isSandbox(via) ? [] : proxiesOf(declared, which);
    const plan =
      source &&
      (await readRows(source, options, surroundings, {
        ...{ ledger, outDir: outDir.folder, prices },
        mayBeMade: rebuilt?.lostRun !== undefined,
        look: !look
          ? undefined
          : dryRun
            ? (read) => {
                const route = { way, proxies: proxiesToFal('all') };
                const { leftOut } = source;
                showProspect(ledger, outDir.folder, read, leftOut, options, route, terminal, json);
              }
            : () => refuseUnfrozen(ledger, outDir.folder, source.name, options, surroundings),
      }));
    if (look) return EXIT_OK;
    outDir.claim();
    if (source !== undefined) writeNote(ledger.db, 'source', source.name);
    const { shard } = options;
    if (source !== undefined) {
      writeNote(ledger.db, 'shard', shard === undefined ? '' : shardText(shard));
    }
    if (rebuilt !== undefined) return tellRebuilt(rebuilt, outDir, via, surroundings);
    if (source !== undefined) await placeAnew(ledger, outDir.folder, terminal);
    return await send(source, options, surroundings, {
      ...{
        ledger,
        records,
        folder: outDir.folder,
        declared,
        via,
        way,
        proxies: proxiesToFal('remote'),
        prices,
      },
      ...{ plan, outcome },
    });
  } finally {
    await outDir.close();
  }
}

/** Pictures that are done get the names that their rows give them now. Nothing is sent for it. */
async function placeAnew(ledger: Ledger, folder: string, terminal: Terminal): Promise<void> {
  const { renamed, warnings } = await renamePictures(ledger, folder);
  for (const warning of warnings) terminal.warn(harmlessLine(warning, 2_000));
  if (renamed > 0) terminal.note(`Renamed ${renamed === 1 ? '1 picture' : `${renamed} pictures`}.`);
}

interface Opened {
  ledger: Ledger;
  records: Records;
  folder: string;
  declared: Connection;
  via: string;
  /** To whose storage files go. */
  way: string;
  proxies: readonly string[];
  prices: Prices;
  plan: BatchPlan | undefined;
  outcome: Outcome;
}

/** The part of a batch that may cost money. */
async function send(
  source: RowSource | undefined,
  options: BatchOptions,
  surroundings: Surroundings,
  { ledger, records, folder, declared, via, way, proxies, prices, plan, outcome }: Opened,
): Promise<ExitCode> {
  const { settings, context, terminal, json } = surroundings;
  const invalid = plan?.invalid ?? 0;
  const startedAt = context.now();
  const began = context.elapsed();
  settleWorld(ledger);
  const { retry, again, submitOnly, collect: collectOnly } = options;
  let aim: RunAim = { retry, again, submitOnly, collectOnly };
  let prospect = prospectOf(ledger, aim);
  const touchesFal = prospect.toSend + prospect.toFetch + prospect.toAsk + prospect.counts.unknown > 0;
  if (touchesFal) {
    requireKey(settings, declared);
    // What is paid for is measured, and drawn for the report.
    if (prospect.toSend > 0) requireSharp();
    const warning = proxyWarning(settings, declared);
    if (warning !== undefined) terminal.warn(warning);
  }
  const opened = touchesFal ? await openConnection(settings, declared, context) : undefined;
  const home = await openLedger(settings, context);
  const connection = opened?.connection ?? declared;
  const uploads = new BatchUploads({
    ...{ ledger, way, keptMs: options.reuseUploadsMs, atOnce: options.uploads },
  });
  const purse = dailyPurse({ own: ledger, home, folder, via, dailyCapUsd: options.dailyCapUsd });
  let brakes = new Brakes({});
  /** What ended the run before its end, and whether rows may have been sent by then. */
  let broken: { error: FalEditError; isSending: boolean } | undefined;
  let isSending = false;
  const breakWith = (error: unknown): void => {
    broken ??= { error: asFalEditError(error, isSending ? 'maybe' : 'no'), isSending };
  };
  let output: BatchOutput | undefined;
  let results: ResultsFile | undefined;
  try {
    const trace = traceTo(terminal);
    const unknowns = { ledger, connection, context, via, trace };
    if (prospect.counts.unknown > 0 && !again) await lookUpUnknown(unknowns, options, terminal);
    if (prospect.toAsk > 0) aim = { ...aim, held: await lookUpFailed(unknowns, options, terminal) };
    if (prospect.toSend > 0) await prices.refresh(prospect.endpoints, ledger);
    if (touchesFal) prospect = prospectOf(ledger, aim);
    brakes = new Brakes({
      maxCostUsd: options.maxCostUsd,
      maxJobs: options.maxJobs,
      maxFailures: failuresOf(options.maxFailures, prospect.toSend),
    });
    await agree(prospect.toSend, prospect.usd, proxies, options, surroundings);
    if (records.lost.length > 0) {
      const old = await setResultsAside(folder);
      terminal.note(`The results that the ledger does not know are kept in ${shortPath(old, context.cwd)}.`);
    }
    results = await ResultsFile.open(folder, ledger, records.lost.length > 0 ? undefined : records.jobs);
    if (touchesFal) forgetPages(ledger);
    // A line that changes would write over the question.
    output = await batchOutput({ ...options, ...outcome }, surroundings, folder, () => ({
      spentUsd: brakes.spentUsd,
      isEstimate: brakes.isEstimate,
      capUsd: brakes.capUsd,
    }));
    const run = {
      ...{ ledger, context, connection, via, outDir: folder, brakes, purse, uploads, results },
      ...aim,
      ...{ concurrency: options.concurrency, downloads: options.downloads },
      ...{ timeoutMs: options.timeoutMs, cancelOnTimeout: options.cancelOnTimeout },
      ...{ priority: options.priority, priceOf: prices.of, trace },
      pace: new Pace(options.rate, context),
      onEvent: output.show,
    };
    openRun(ledger.db, { since: context.now(), retry });
    isSending = true;
    await runRows({ ...run, prospect });
    // What was lost on the way in this run is mostly listed by fal at once.
    for (let pass = 0; touchesFal && pass < MOST_PASSES; pass++) {
      if (countStates(ledger.db).unknown === 0) break;
      if (context.signal.aborted || options.submitOnly) break;
      if ((await lookUpUnknown(unknowns, options, terminal)) === 0) break;
      // Rows that failed in this run wait for the next.
      await runRows({ ...run, again: false, retry: 'none' });
    }
  } catch (error) {
    breakWith(error);
  } finally {
    output?.stop();
    try {
      purse.close();
      closeRun(ledger.db);
    } catch (error) {
      breakWith(error);
    }
    home.close();
    await Promise.all([opened?.close().catch(breakWith), results?.close().catch(breakWith)]);
  }
  const stopped = brakes.stopped ?? (broken?.isSending === true ? broken.error : undefined);
  try {
    const counts = countStates(ledger.db);
    const ending =
      broken?.isSending === false
        ? withStates(broken.error, counts)
        : endingOf({
            counts,
            kinds: counts.failed + counts.moderated > 0 ? (endedKinds(ledger.db) as ErrorKind[]) : [],
            ...{ invalid, stopped, submitOnly: options.submitOnly },
            interrupted: context.signal.reason,
            goOn: collectOnly
              ? COLLECT_AGAIN
              : 'The same command again goes on from here, and pays for nothing twice.',
            sandbox: isSandbox(via),
          });
    if (!ledger.db.isInPlace()) nameAccepted(ledger, terminal);
    const made = summaryOf(ledger, counts, {
      source: source?.name ?? readNote(ledger.db, 'source') ?? folder,
      shard: readNote(ledger.db, 'shard') || null,
      leftOut: source?.leftOut,
      ...{ startedAt, finishedAt: context.now(), invalid, ending, stopped },
      ...{ submitted: brakes.sent, uploads: uploads.figures.files, uploaded_bytes: uploads.figures.bytes },
      total_ms: Math.round(context.elapsed() - began),
    });
    // What fal said may be in it, and it goes to files of many kinds.
    const summary = context.secrets.redactIn(made);
    const finished = { ledger, folder, summary, ending, options, context, terminal, json };
    return await finishBatch(finished, outcome);
  } catch (error) {
    // Its file may be damaged, or its disk give nothing back: what was paid for is not to be called unsent.
    throw withoutStates(asFalEditError(error, brakes.sent > 0 ? 'maybe' : 'no'), brakes.sent, isSandbox(via));
  }
}

/** The ledger's file is gone: what it knows of paid edits is said aloud, so that none of them is lost. */
function nameAccepted(ledger: Ledger, terminal: Terminal): void {
  for (const { job } of rowsInOrder(ledger)) {
    if (job?.requestId === undefined) continue;
    terminal.note(
      job.state === 'saved'
        ? `fal took request ${job.requestId}; its picture is saved.`
        : `fal took request ${job.requestId}. Fetch it: fal-edit wait ${job.requestId} --model ${job.model}`,
    );
  }
}

/** Says what it will cost, and asks where there is somebody to ask. @throws FalEditError (usage): the answer was no */
async function agree(
  toSend: number,
  estimate: number,
  proxies: readonly string[],
  { yes }: BatchOptions,
  { context, terminal, json }: Surroundings,
): Promise<void> {
  if (toSend === 0) return;
  const { sandbox } = terminal.options;
  const about = `about ${usdText(usd(estimate))}`;
  const what = `${rowsText(toSend)} to send, ${sandbox ? `sandbox: nothing is charged (would be ${about})` : about}${throughText(proxies)}`;
  if (yes || json || !canAsk(context)) {
    terminal.note(`${what}.`);
    return;
  }
  if (await confirm(`${what}. Go on?`, context)) return;
  throw new FalEditError('usage', 'Not agreed to: nothing was sent.', {
    hint: 'Answer y, or give --yes.',
  });
}

function failuresOf(limit: BatchOptions['maxFailures'], toSend: number): number | undefined {
  if (limit === undefined) return undefined;
  return 'count' in limit ? limit.count : Math.max(1, Math.ceil((toSend * limit.percent) / 100));
}

function collectsAlone(words: readonly string[]): FalEditError {
  return new FalEditError('usage', `--collect takes no rows, and ${words[0] ?? ''} names some.`, {
    hint: 'fal-edit batch --collect --out-dir out',
  });
}
