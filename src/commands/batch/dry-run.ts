import { BATCH_SCHEMA_VERSION } from '../../batch/rows/result-row.js';
import type { LeftOut } from '../../batch/manifest/pictures/folder.js';
import type { BatchPlan } from '../../batch/rows/reading.js';
import type { PlannedRow } from '../../batch/rows/planned-row.js';
import { movesOf } from '../../batch/folder/rename-pictures.js';
import { isToAsk, isToSend } from '../../batch/run/retry.js';
import { rowsText } from '../../batch/run/ending.js';
import { CostTotal } from '../../batch/run/cost-total.js';
import { unpricedText, UnpricedRows } from '../../batch/run/unpriced.js';
import { bytesText } from '../../units.js';
import { ASSUME_HINT } from '../../edit/plan/estimate.js';
import { unpricedBills } from '../../ledger/batch/costs.js';
import { findUpload } from '../../ledger/batch/uploads.js';
import { countStates, rowsInOrder } from '../../ledger/batch/states.js';
import type { Ledger } from '../../ledger/ledger.js';
import { sumText, totalText } from '../../terminal/cost-text.js';
import { harmlessLine } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { lastLine } from './event-lines.js';
import type { BatchOptions } from './options.js';
import type { Prices } from './prices.js';

/** Rows, uploads and cost of a run. */
interface Prospect {
  rows: number;
  /** Failed rows that may have been charged. A run first asks fal about them. */
  toAsk: number;
  cost: CostTotal;
  /** By model. */
  models: Map<string, CostTotal>;
  /** Number of rows of unknown cost, by endpoint. */
  unpriced: Map<string, number>;
  /** Bytes of each file to upload. */
  uploads: Map<string, number>;
}

/** How fal would be reached. */
export interface Route {
  /** Storage that files are uploaded to. */
  storage: string;
  /** Proxies that requests would go through. */
  proxies: readonly string[];
  prices: Prices;
}

/** Shows what a run of the batch would do. Sends nothing. */
export async function showProspect(
  ledger: Ledger,
  outDir: string,
  plan: BatchPlan,
  leftOut: LeftOut | undefined,
  options: BatchOptions,
  { storage, proxies, prices }: Route,
  terminal: Terminal,
  json: boolean,
): Promise<void> {
  const counts = countStates(ledger.db);
  const prospect = prospectFor(ledger, options, storage);
  const toRename = movesOf(ledger, outDir).length;
  // Rows that are sent again or left at fal are not fetched.
  const toFetch = options.again || options.submitOnly ? 0 : counts.waiting;
  const bytes = [...prospect.uploads.values()].reduce((sum, size) => sum + size, 0);
  if (json || options.events) {
    const document = {
      schema_version: BATCH_SCHEMA_VERSION,
      status: 'ok',
      dry_run: true,
      rows: plan.rows,
      in_other_shards: plan.elsewhere,
      invalid: plan.invalid,
      left_out: leftOut ?? {},
      states: counts,
      to_send: prospect.rows,
      to_fetch: toFetch,
      to_ask: prospect.toAsk,
      to_rename: toRename,
      uploads: { files: prospect.uploads.size, bytes },
      estimated_usd: prospect.cost.usd ?? null,
      by_grade: Object.fromEntries(
        prospect.cost.byGrade.map(([grade, { edits, usd }]) => [
          grade,
          { rows: edits, estimated_usd: grade === 'unknown' ? null : usd },
        ]),
      ),
      by_model: Object.fromEntries(
        [...prospect.models].map(([model, { edits, usd }]) => [
          model,
          { rows: edits, estimated_usd: usd ?? null },
        ]),
      ),
      proxies,
      changes: plan.changes.before === 0 ? null : plan.changes,
    };
    if (json) terminal.json(document);
    else terminal.result(lastLine('dry_run', document, ledger.context.now(), terminal.options.sandbox));
    return;
  }
  const unknown = [...prospect.unpriced].map(async ([endpoint, rows]) =>
    unpricedText({ endpoint, rows, why: await prices.whyUnknown(endpoint, ledger) }),
  );
  const unknownTexts = await Promise.all(unknown);
  const lines = [
    `Rows: ${plan.rows}${plan.elsewhere > 0 ? ` (${plan.elsewhere} more in other shards)` : ''}${plan.invalid > 0 ? `, ${plan.invalid} skipped` : ''}`,
    `Already done: ${counts.done + counts.unmet}`,
    ...(toFetch > 0 ? [`To fetch from fal: ${toFetch}`] : []),
    ...(counts.unknown > 0 ? [`May have been sent: ${counts.unknown}`] : []),
    ...(prospect.toAsk > 0 ? [`Failed, may have been charged (fal is asked first): ${prospect.toAsk}`] : []),
    ...(toRename > 0 ? [`Pictures to rename: ${toRename}`] : []),
    `To send: ${prospect.rows}`,
    ...[...prospect.models].map(([model, cost]) => `  ${model}: ${rowsText(cost.edits)}, ${totalText(cost)}`),
    `Uploads: ${uploadsText(prospect.uploads.size, bytes)}`,
    `Estimated cost: ${terminal.options.sandbox ? sandboxSumText(prospect.cost) : sumText(prospect.cost)}`,
    ...unknownTexts.map((text) => harmlessLine(`  unknown for ${text}`, 300)),
    ...(unknownTexts.length > 0 && !terminal.options.sandbox ? [`  ${ASSUME_HINT}`] : []),
    ...(prospect.rows + toFetch + prospect.toAsk === 0 ? [] : proxies.map((proxy) => `Proxy: ${proxy}`)),
    'Nothing was sent.',
  ];
  for (const line of lines) terminal.result(line);
}

function uploadsText(files: number, bytes: number): string {
  if (files === 0) return 'none';
  return `${files === 1 ? '1 file' : `${files} files`}, ${bytesText(bytes)}`;
}

function prospectFor(ledger: Ledger, { retry, again, assumedUsd }: BatchOptions, storage: string): Prospect {
  const prospect: Prospect = {
    ...{ rows: 0, toAsk: 0, cost: new CostTotal(), models: new Map(), unpriced: new Map() },
    uploads: new Map(),
  };
  const unpriced = new UnpricedRows(assumedUsd, false, unpricedBills(ledger.db));
  const now = ledger.context.now();
  for (const row of rowsInOrder(ledger, ['pending', 'failed', 'moderated', 'waiting', 'unknown'])) {
    if (!again && isToAsk(row)) prospect.toAsk++;
    if (!isToSend(row, retry, again)) continue;
    const { model, attachments } = row.plan as PlannedRow;
    const ofModel = prospect.models.get(model) ?? new CostTotal();
    prospect.models.set(model, ofModel);
    const assumption = row.costGrade === 'unknown' ? unpriced.assumptionFor(row.endpoint) : undefined;
    const { grade, usd } = assumption ?? { grade: row.costGrade, usd: row.usd };
    for (const cost of [prospect.cost, ofModel]) cost.add(grade, 1, usd);
    if (grade === 'unknown') {
      prospect.unpriced.set(row.endpoint, (prospect.unpriced.get(row.endpoint) ?? 0) + 1);
    }
    prospect.rows++;
    for (const { upload } of attachments) {
      if (upload === undefined || prospect.uploads.has(upload.sha256)) continue;
      const known = findUpload(ledger, upload.sha256, storage);
      if (known === undefined || known.expiresAt <= now) prospect.uploads.set(upload.sha256, upload.bytes);
    }
  }
  return prospect;
}

function sandboxSumText(cost: CostTotal): string {
  const sum = sumText(cost);
  return `nothing on the sandbox${sum === 'unknown' ? '' : ` (would be ${sum})`}`;
}
