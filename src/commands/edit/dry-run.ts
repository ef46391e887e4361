import { bytesText, usdText } from '../../units.js';
import { accessOf, type EditEnv } from '../../edit/env.js';
import { allChecked } from '../../edit/plan/attachments.js';
import { estimate } from '../../edit/plan/estimate.js';
import type { EditPlan } from '../../edit/plan/plan.js';
import { recordOf } from '../../edit/record.js';
import { currentPrice } from '../../fal/platform/prices.js';
import { withValueAt } from '../../models/fields.js';
import { harmless } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { dryRunDocument } from './document.js';

export interface DryRunOptions {
  json: boolean;
  /** Proxies between here and fal. */
  proxies: readonly string[];
}

/** Shows what an edit would send and cost. Uses no network and writes no files. */
export async function dryRun(
  plan: EditPlan,
  env: Omit<EditEnv, 'ledger'>,
  terminal: Terminal,
  { json, proxies }: DryRunOptions,
): Promise<void> {
  const { cwd } = env.context;
  await allChecked(plan.attachments);
  const price = await currentPrice(plan.model.endpoint, { ...accessOf(env), offline: true });
  const cost = estimate(plan.model, plan.work, price);
  const record = { ...recordOf(plan), sandbox: terminal.options.sandbox };
  record.input = inputWithPlaceholders(plan);
  record.cost.estimatedUsd = cost.usd;
  record.cost.unitPriceUsd = cost.unitUsd;
  for (const message of plan.warnings) terminal.warn(message);
  const document: Record<string, unknown> = { ...dryRunDocument(plan, record, cost, cwd), proxies };
  if (json) {
    terminal.json(document);
    return;
  }
  const uploads = plan.attachments.flatMap(({ label, upload, size, converted }) => {
    if (upload === undefined) return [];
    const pixels = size === undefined ? '' : `, ${size.width}x${size.height}`;
    const change = converted === undefined ? '' : ` (${converted})`;
    return [`  ${label}: ${bytesText(upload.bytes)}, ${upload.contentType}${pixels}${change}`];
  });
  const lines = [
    `POST https://queue.fal.run/${plan.model.endpoint}`,
    ...proxies.map((proxy) => `through ${proxy}`),
    JSON.stringify(record.input, undefined, 2),
    uploads.length === 0 ? 'Uploads: none' : 'Uploads:',
    ...uploads,
    `Output: ${(document['outputs'] as string[]).join(', ')}`,
    `Estimated cost: ${usdText(cost.usd)} (${cost.units} × ${usdText(cost.unitUsd)} a megapixel; price of ${cost.priceDate}, ${cost.priceSource})`,
    ...cost.assumptions.map((assumption) => `  assuming that ${assumption}`),
    ...(terminal.options.sandbox ? ['The sandbox charges nothing.'] : []),
    'Nothing was sent.',
  ];
  terminal.result(harmless(lines.join('\n')));
}

/** fal's input with a note where the URL of an upload would stand. */
function inputWithPlaceholders(plan: EditPlan): Record<string, unknown> {
  return plan.attachments.reduce<Record<string, unknown>>(
    (input, { path, label, upload }) =>
      upload === undefined
        ? input
        : (withValueAt(input, path, `<upload of ${label}>`) as Record<string, unknown>),
    plan.input,
  );
}
