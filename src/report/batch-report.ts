import path from 'node:path';
import { OUT_DIR_FILES } from '../batch/folder/out-dir.js';
import type { BatchSummary } from '../batch/rows/result-row.js';
import { secondsText, usdText } from '../units.js';
import { rowsInOrder } from '../ledger/batch/states.js';
import type { Ledger } from '../ledger/ledger.js';
import { ITEM_METRICS, reportItem } from './item.js';
import { ahead } from './page/ahead.js';
import type { ReportHead } from './page/data.js';
import { billedFigure } from './page/masthead.js';
import { writeReport } from './page/write.js';

/** Thumbnails made at once. */
const AT_ONCE = 2;

/** Writes report.html into the out-dir of a batch. @param outDir absolute @param cwd where its commands are run */
export async function writeBatchReport(
  ledger: Ledger,
  summary: BatchSummary,
  outDir: string,
  cwd: string,
): Promise<void> {
  const items = ahead(rowsInOrder(ledger), AT_ONCE, async (row) =>
    ledger.db.secrets.redactIn(await reportItem(row, outDir, cwd)),
  );
  await writeReport(path.join(outDir, OUT_DIR_FILES.report), headOf(summary), items);
}

function headOf(summary: BatchSummary): ReportHead {
  const { states, cost, rows, run } = summary;
  const bad = states.failed + states.moderated + states.unmet + states.unknown;
  return {
    kind: 'batch',
    title: summary.shard === null ? summary.source : `${summary.source}, shard ${summary.shard}`,
    sandbox: summary.sandbox,
    figures: [
      { label: 'rows', value: String(rows) },
      { label: 'done', value: String(states.done) },
      ...(bad > 0 ? [{ label: 'failed', value: String(bad) }] : []),
      ...(states.pending + states.waiting > 0
        ? [{ label: 'pending', value: String(states.pending + states.waiting) }]
        : []),
      billedFigure(cost.billed_usd, summary.sandbox, cost.outstanding_usd > 0),
      ...(cost.outstanding_usd > 0
        ? [{ label: 'not billed yet', value: `about ${usdText(cost.outstanding_usd)}` }]
        : []),
      { label: 'last run', value: secondsText(run.total_ms) },
    ],
    metrics: [...ITEM_METRICS],
    axes: [],
    madeAt: summary.finished_at,
  };
}
