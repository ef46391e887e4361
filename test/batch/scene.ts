import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RunLimits, type Limits } from '../../src/batch/run/run-limits.js';
import { UnpricedRows } from '../../src/batch/run/unpriced.js';
import { dailyBudget } from '../../src/batch/run/daily-budget.js';
import type { BatchEvent } from '../../src/batch/events.js';
import { reopenMissing } from '../../src/batch/folder/missing.js';
import { Pace } from '../../src/batch/run/pace.js';
import type { ResultRow, RowCounts } from '../../src/batch/rows/result-row.js';
import { ResultsFile } from '../../src/batch/folder/results-file.js';
import { runRows, type RunnerOptions } from '../../src/batch/run/runner.js';
import { settleUnknown, type UnknownOutcome } from '../../src/batch/run/unknown.js';
import { BatchUploads } from '../../src/batch/run/upload-cache.js';
import type { Context } from '../../src/context.js';
import type { FalEditError } from '../../src/errors/error.js';
import { countStates, type RowWithJob } from '../../src/ledger/batch/states.js';
import { accountOf } from '../../src/fal/connection.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { quickly } from '../edit/harness.js';
import { openBatch } from '../ledger/batch/rows.js';
import { sandbox, type TestSandbox, type TestSandboxSettings } from '../support/sandbox.js';
import { allRows, batchFolder, planInto, quietContext, type RowFields } from './planning.js';

export interface RunOptions extends Partial<RunnerOptions>, Limits {
  /** Aborted: as if a signal came. */
  interrupt?: AbortSignal;
  /** How long fal is trusted to keep a file. */
  keptMs?: number;
  /** The clock. */
  now?: () => number;
}

/** What one run of a batch did, as seen from outside. */
export interface Ran {
  events: BatchEvent[];
  counts: RowCounts;
  rows: RowWithJob[];
  stopped: FalEditError | undefined;
  /** Files and bytes that were uploaded. */
  uploads: { files: number; bytes: number };
  limits: RunLimits;
}

/** A sandbox, and a folder with `cat.png` and an out-dir in which a batch is run again and again. */
export interface Scene {
  fal: TestSandbox;
  folder: string;
  outDir: string;
  /** Reads the rows, unless there are none to read, and runs the batch to its end. */
  run: (rows: readonly RowFields[] | undefined, options?: RunOptions) => Promise<Ran>;
  /** Asks fal about rows of which nobody knows. */
  ask: (options?: { settleMs?: number; now?: () => number }) => Promise<UnknownOutcome>;
  /** The lines of results.jsonl. */
  results: () => Promise<ResultRow[]>;
  /** The out-dir's ledger, for a look or for a change between two runs. */
  within: <T>(use: (ledger: Ledger) => T) => Promise<T>;
}

export async function batchScene(settings: TestSandboxSettings = {}): Promise<Scene> {
  const fal = await sandbox({ queueMs: 0, inferenceMs: 0, runners: 8, renderPictures: false, ...settings });
  const { folder, outDir } = await batchFolder();
  const connection = { key: 'test-id:test-secret', proxyUrl: fal.proxyUrl };
  const route = { connection, via: fal.proxyUrl, account: accountOf(connection) };
  const contextOf = ({ interrupt, now }: Pick<RunOptions, 'interrupt' | 'now'> = {}): Context => ({
    ...quietContext(interrupt),
    // Time passes twenty times as fast, for pauses and for whoever looks at the clock meanwhile.
    sleep: quickly,
    elapsed: () => performance.now() * 20,
    ...(now === undefined ? {} : { now }),
  });
  const open = (context: Context): Promise<Ledger> => openBatch(outDir, context);

  const run: Scene['run'] = async (rows, options = {}) => {
    const context = contextOf(options);
    const { maxCostUsd, maxJobs, maxFailures, keptMs = 60_000, onEvent, ...others } = options;
    const [ledger, home] = [await open(context), await Ledger.open(path.join(folder, '.home'), context)];
    if (rows !== undefined) await planInto(ledger, rows, { context });
    reopenMissing(ledger);
    const results = await ResultsFile.open(outDir, ledger);
    const uploads = new BatchUploads({ ledger, storage: 'fal', keptMs, atOnce: 2 });
    const budget = dailyBudget({
      own: ledger,
      users: home,
      folder: outDir,
      via: route.via,
      dailyCapUsd: undefined,
    });
    const limits = new RunLimits({ maxCostUsd, maxJobs, maxFailures });
    const events: BatchEvent[] = [];
    try {
      await runRows(
        { context, ledger, route },
        {
          ...{ outDir, limits, budget, uploads, results },
          ...{
            concurrency: 4,
            downloads: 4,
            pace: new Pace(undefined, context),
            retry: 'temporary',
            again: false,
          },
          ...{ submitOnly: false, collectOnly: false, timeoutMs: 20_000, cancelOnTimeout: false },
          ...{ priority: undefined, pricesOf: () => Promise.resolve({}) },
          unpriced: new UnpricedRows(undefined, true, []),
          ...others,
          onEvent: (event) => {
            events.push(event);
            onEvent?.(event);
          },
        },
      );
    } finally {
      await results.close();
      budget.close();
      home.close();
    }
    const ran = {
      events,
      counts: countStates(ledger.db),
      rows: allRows(ledger),
      stopped: limits.stopped,
      limits,
    };
    ledger.close();
    return { ...ran, uploads: { ...uploads.figures } };
  };

  return {
    ...{ fal, folder, outDir, run },
    ask: async ({ settleMs = 0, ...more } = {}) => {
      const context = contextOf(more);
      const ledger = await open(context);
      const outcome = await settleUnknown({ context, ledger, route }, { settleMs, timeoutMs: 20_000 });
      ledger.close();
      return outcome;
    },
    results: async () => {
      const text = await readFile(path.join(outDir, 'results.jsonl'), 'utf8');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as ResultRow);
    },
    within: async (use) => {
      const ledger = await open(contextOf());
      const value = use(ledger);
      ledger.close();
      return value;
    },
  };
}

/** So many rows, each with a prompt of its own. */
export function rowsOf(count: number, more: RowFields = {}): RowFields[] {
  return Array.from({ length: count }, (_, row) => ({ id: `row ${row}`, prompt: `snow ${row}`, ...more }));
}

/** The types of events, in order, of one row or of the batch itself. */
export function typesOf(events: readonly BatchEvent[], id?: string): string[] {
  return events
    .filter((event) => (id === undefined ? !('row' in event) : 'row' in event && event.row.id === id))
    .filter(({ type }) => type !== 'step')
    .map(({ type }) => type);
}
