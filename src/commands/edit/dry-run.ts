import { ageText, bytesText, usdText } from '../../units.js';
import type { EditEnv } from '../../edit/env.js';
import { allChecked } from '../../edit/plan/attachments.js';
import { ASSUME_HINT, assuming, type Assumption, type Estimate } from '../../edit/plan/estimate.js';
import type { EditPlan } from '../../edit/plan/plan.js';
import { estimateNow, priceAccess } from '../../edit/plan/prices.js';
import { estimated, recordOf } from '../../edit/record.js';
import { withValueAt } from '../../models/fields.js';
import type { Model } from '../../models/model.js';
import { GRADE_TEXT } from '../../terminal/cost-text.js';
import { harmless } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { dryRunDocument } from './document.js';

export interface DryRunOptions {
  json: boolean;
  /** The cost to assume if it is unknown. */
  assumption: Assumption | undefined;
  /** Proxies between here and fal. */
  proxies: readonly string[];
}

/** Shows what an edit would send and cost. Uses no network and writes no files. */
export async function dryRun(
  plan: EditPlan,
  env: Omit<EditEnv, 'ledger'>,
  terminal: Terminal,
  { json, assumption, proxies }: DryRunOptions,
): Promise<void> {
  const { cwd } = env.context;
  await allChecked(plan.attachments);
  const estimate = await estimateNow(plan.model, plan.work, priceAccess(env, true));
  const cost = assuming(estimate, assumption);
  const record = { ...recordOf(plan), sandbox: terminal.options.sandbox };
  record.input = inputWithPlaceholders(plan);
  Object.assign(record.cost, estimated(cost));
  for (const message of plan.warnings) terminal.warn(message);
  for (const message of plan.fieldNotes) terminal.note(message);
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
    ...schemaLines(plan.model, env.context.now()),
    `Output: ${(document['outputs'] as string[]).join(', ')}`,
    ...costLines(cost),
    ...(terminal.options.sandbox ? ['The sandbox charges nothing.'] : []),
    'Nothing was sent.',
  ];
  terminal.result(harmless(lines.join('\n')));
}

/** Age and origin of fal's schema; none for a listed model. */
function schemaLines({ schema }: Model, now: number): string[] {
  if (schema === undefined) return [];
  const { hash, readAt, origin } = schema;
  const age = {
    fal: 'read from fal just now',
    cache: `read ${ageText(now - readAt)} ago`,
    file: 'from a file',
  };
  return [`Schema: ${age[origin]} (${hash.slice(0, 12)})`];
}

function costLines(cost: Estimate): string[] {
  const { usd, grade, units, unitUsd, each, priceDate, priceSource, unknown, assumptions } = cost;
  const from = priceDate === undefined ? [] : [`price of ${priceDate}`, priceSource ?? ''];
  const sum =
    units === undefined || unitUsd === undefined ? [] : [`${units} × ${usdText(unitUsd)} ${each ?? 'each'}`];
  const why = [...sum, from.join(', '), unknown ?? ''].filter((part) => part !== '').join('; ');
  const amount = usd === undefined ? 'unknown' : `${usdText(usd)}, ${GRADE_TEXT[grade]}`;
  return [
    `Estimated cost: ${amount} (${why})`,
    ...assumptions.map((assumption) => `  assuming that ${assumption}`),
    ...(grade === 'unknown' ? [`  ${ASSUME_HINT}`] : []),
  ];
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
