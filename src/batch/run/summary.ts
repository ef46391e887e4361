import path from 'node:path';
import { batchCosts, type BatchCosts } from '../../ledger/batch/costs.js';
import { readWorld } from '../../ledger/batch/notes.js';
import { countStates } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import { usd } from '../../edit/plan/estimate.js';
import { saveWhole } from '../../edit/pictures/save.js';
import type { FalEditError } from '../../errors/error.js';
import { EXIT_OK } from '../../exit-codes.js';
import type { LeftOut } from '../manifest/pictures/folder.js';
import { writtenSummary } from './sandbox-cost.js';
import { OUT_DIR_FILES } from '../folder/out-dir.js';
import { BATCH_SCHEMA_VERSION, type BatchSummary, type RowCounts } from '../rows/result-row.js';

/** States and costs of the rows of a batch. */
export interface Standing {
  states: RowCounts;
  costs: BatchCosts;
  sandbox: boolean;
}

/** The current standing according to the ledger. @param states the counts, if already known */
export function standingOf({ db }: Ledger, states: RowCounts = countStates(db)): Standing {
  return {
    states,
    costs: batchCosts(db, states.pending === 0),
    sandbox: readWorld(db) === 'sandbox',
  };
}

/** Converts a standing to the form used in documents. */
export function standingFigures({ states, costs }: Standing): Pick<BatchSummary, 'rows' | 'states' | 'cost'> {
  const { billed, outstanding, pending } = costs;
  return {
    rows: Object.values(states).reduce((sum, count) => sum + count, 0),
    states,
    cost: { billed_usd: usd(billed), outstanding_usd: usd(outstanding), pending_usd: usd(pending) },
  };
}

/** The figures of a run, for its summary. */
export interface RunFigures extends Omit<BatchSummary['run'], 'stopped' | 'assumed_costs'> {
  /** None if absent. */
  assumed_costs?: BatchSummary['run']['assumed_costs'];
  source: string;
  shard: string | null;
  /** Milliseconds since the epoch. */
  startedAt: number;
  finishedAt: number;
  invalid: number;
  leftOut?: LeftOut | undefined;
  /** How the run ended; undefined if everything is done. */
  ending: FalEditError | undefined;
  /** Why it stopped sending early. */
  stopped: FalEditError | undefined;
}

/** Summary of a batch after a run. */
export function summaryOf(standing: Standing, run: RunFigures): BatchSummary {
  const { rows, states, cost } = standingFigures(standing);
  const { submitted, uploads, uploaded_bytes, total_ms, stopped, ending } = run;
  return {
    schema_version: BATCH_SCHEMA_VERSION,
    status: ending === undefined ? 'ok' : ending.kind,
    sandbox: standing.sandbox,
    exit_code: ending?.exitCode ?? EXIT_OK,
    source: run.source,
    shard: run.shard,
    started_at: new Date(run.startedAt).toISOString(),
    finished_at: new Date(run.finishedAt).toISOString(),
    rows,
    states,
    invalid: run.invalid,
    left_out: run.leftOut ?? {},
    run: {
      ...{ submitted, uploads, uploaded_bytes, total_ms, stopped: stopped?.message ?? null },
      assumed_costs: run.assumed_costs ?? [],
    },
    cost,
  };
}

/** Writes summary.json atomically. @throws the system's error */
export async function writeSummary(outDir: string, summary: BatchSummary): Promise<void> {
  const text = `${JSON.stringify(writtenSummary(summary), undefined, 2)}\n`;
  await saveWhole(path.join(outDir, OUT_DIR_FILES.summary), Buffer.from(text), {
    force: true,
    tag: 'summary',
  });
}
