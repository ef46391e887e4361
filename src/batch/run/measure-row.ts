import type { Context } from '../../context.js';
import { planToSend, putMeasured } from '../../ledger/batch/rows.js';
import type { RowWithJob } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import { readExpectations } from '../expect/expectations.js';
import { revivedPlan, type PlannedRow } from '../rows/planned-row.js';

/**
 * Measures the pictures of a finished row against its expectations, and records the results.
 *
 * @returns whether anything was recorded
 */
export async function measureRow(
  ledger: Ledger,
  row: RowWithJob,
  context: Pick<Context, 'stdin' | 'signal'>,
): Promise<boolean> {
  const { job, key, expected } = row;
  if (job === undefined || expected === undefined) {
    if (row.measured === undefined) return false;
    putMeasured(ledger.db, key, undefined, false);
    return true;
  }
  // Loaded only when needed: most batches do not need its image code.
  const { measure } = await import('../expect/measure.js');
  const pictures = job.images.flatMap(({ path, index, field }) =>
    path === undefined || field !== undefined ? [] : [{ path, index }],
  );
  const plan = revivedPlan(planToSend(ledger.db, row) as PlannedRow, key, 1, '', context);
  const edited = plan.attachments.find(
    ({ path: [field], upload }) =>
      upload !== undefined && (plan.model.fields.images ?? []).includes(String(field)),
  );
  const file = edited?.upload;
  const input =
    file === undefined ? undefined : async () => new Uint8Array(await (await file.blob()).arrayBuffer());
  const measured = await measure(
    pictures,
    input,
    readExpectations(expected, 'expect'),
    edited?.prepared?.background,
  );
  putMeasured(
    ledger.db,
    key,
    measured,
    measured.some(({ met }) => !met),
  );
  return true;
}
