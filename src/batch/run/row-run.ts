import type { RunOptions } from '../../edit/edit-run.js';
import { goneAt } from '../../edit/ask-fal.js';
import { accessOf, type EditEnv } from '../../edit/env.js';
import type { KnownPrices } from '../../edit/plan/estimate.js';
import { pathOf } from '../../edit/plan/output.js';
import { resumeJob, runEdit } from '../../edit/run.js';
import { FalEditError } from '../../errors/error.js';
import { asItWasSent } from '../../fal/route.js';
import type { UploadCache } from '../../fal/upload.js';
import { planToSend } from '../../ledger/batch/rows.js';
import type { RowWithJob } from '../../ledger/batch/states.js';
import type { Job } from '../../ledger/job.js';
import { BY_BATCH } from '../next-steps.js';
import { refuseWayOut } from '../folder/out-dir.js';
import { revivedPlan, type PlannedRow } from '../rows/planned-row.js';
import type { UnpricedRows } from './unpriced.js';

/** Options for running one row's edit. */
export interface RowRun extends RunOptions {
  /** Absolute. */
  outDir: string;
  again: boolean;
  submitOnly: boolean;
  priority: 'normal' | 'low' | undefined;
  pricesOf: (endpoint: string) => Promise<KnownPrices>;
  unpriced: UnpricedRows;
  uploads: UploadCache;
}

/** Sends a row, and fetches its pictures unless `submitOnly` is set. @throws FalEditError */
export async function sendRow(row: RowWithJob, env: EditEnv, run: RowRun): Promise<void> {
  const { ledger, context } = env;
  const { outDir, submitOnly, again, pricesOf, unpriced } = run;
  const plan = revivedPlan(
    planToSend(ledger.db, row) as PlannedRow,
    row.key,
    row.attempts + 1,
    outDir,
    context,
  );
  // The folder and its rows may come from an untrusted repository.
  await refuseWayOut(pathOf(plan.output, 0), outDir);
  const { error } = await runEdit(plan, env, {
    ...run,
    nextSteps: BY_BATCH,
    askedHash: row.key,
    prices: await pricesOf(row.endpoint),
    assumption: unpriced.assumptionFor(row.endpoint),
    // The caller checks the caps, across all rows.
    caps: {},
    again,
    detach: submitOnly,
  });
  if (error !== undefined) throw error;
}

/** Continues a row that fal has, or whose pictures are missing. @throws FalEditError */
export async function attachRow({ job }: RowWithJob, env: EditEnv, run: RowRun): Promise<void> {
  if (job === undefined) return;
  await refuseElsewhere(job, env);
  const { output, images, requestId } = job;
  const named = output === undefined ? [] : [pathOf(output, 0, requestId)];
  for (const file of [...named, ...images.flatMap(({ target }) => target ?? [])]) {
    await refuseWayOut(file, run.outDir);
  }
  const { error } = await resumeJob(job, env, { ...run, nextSteps: BY_BATCH, leaveWhenInterrupted: true });
  if (error !== undefined) throw error;
}

/** Refuses a job sent through another connection, if this one does not know it: it must not be given up for that. */
async function refuseElsewhere(job: Job, env: EditEnv): Promise<void> {
  if (job.via === env.route.via || job.result !== undefined) return;
  const { endpoint, requestId = '' } = job;
  if ((await goneAt({ endpoint, requestId }, accessOf(env))) === undefined) return;
  throw new FalEditError(
    'temporary',
    `Request ${requestId} was sent through another connection, and is unknown on this one.`,
    {
      charged: 'maybe',
      hint: `Run the batch ${asItWasSent(job)}.`,
      details: { request_id: requestId },
    },
  );
}
