/*
 * The life of an edit: uploads, then one submit, then waiting, then the pictures.
 *
 * The request id is in the record before the first look at the status; from then on, whatever fails, the error
 * says what was or may have been charged, and how the request is called at fal.
 */
import type { Context } from '../context.js';
import type { Connection } from '../fal/connection.js';
import { livePrice } from '../fal/prices.js';
import { openSession, type FalSession } from '../fal/session.js';
import { parseStatus } from '../fal/status-events.js';
import { uploadAll } from '../fal/upload.js';
import { flagForField } from '../models/explain.js';
import { withValueAt } from '../models/fields.js';
import type { EditOutput } from '../models/model.js';
import { collectPictures } from './collect.js';
import { Deadline } from './deadline.js';
import { estimate, usd } from './estimate.js';
import type { OnEvent } from './events.js';
import { noPicturesError, stoppedError } from './outcomes.js';
import type { EditPlan } from './plan.js';
import type { EditRecord } from './record.js';

export interface RunOptions {
  context: Context;
  connection: Connection;
  /** Our own deadline, in milliseconds. */
  timeoutMs: number;
  /** Save pictures that the safety checker blanked. */
  keepBlanked: boolean;
  /** Takes the bytes where the plan names no files. */
  write?: (bytes: Uint8Array) => Promise<void>;
  onEvent: OnEvent;
  trace?: (line: string) => void;
}

/**
 * Runs a planned edit to its end, and fills in the record as it goes.
 *
 * @throws FalEditError; the record then holds what is known
 */
export async function runEdit(plan: EditPlan, record: EditRecord, options: RunOptions): Promise<void> {
  const { context } = options;
  const started = context.elapsed();
  const deadline = new Deadline(options.timeoutMs, context.signal);
  const session = openSession({
    connection: options.connection,
    context,
    signal: deadline.signal,
    nameField: (path) => flagForField(plan.model, path),
    ...(options.trace === undefined ? {} : { trace: options.trace }),
  });
  try {
    for (const message of plan.warnings) options.onEvent({ type: 'warning', message });
    await prepare(plan, record, options, session, deadline.signal);
    const output = await submitAndWait(plan, record, options, session);
    await collectPictures(plan, record, output, { ...options, signal: deadline.signal });
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    throw await stoppedError(plan, record, options, session, deadline, error);
  } finally {
    deadline.close();
    record.timings.totalMs = Math.round(context.elapsed() - started);
  }
}

/** Uploads what is local and asks what it costs; afterwards the input holds URLs alone. */
async function prepare(
  plan: EditPlan,
  record: EditRecord,
  { connection, context, onEvent }: RunOptions,
  session: FalSession,
  signal: AbortSignal,
): Promise<void> {
  const local = plan.attachments.flatMap(({ upload }) => upload ?? []);
  if (local.length > 0) {
    const bytes = local.reduce((sum, upload) => sum + upload.bytes, 0);
    onEvent({ type: 'uploading', files: local.length, bytes });
  }
  const [urls, price] = await Promise.all([
    uploadAll(session.client, connection, local).catch((error: unknown) => {
      throw session.exchange.uploadFailure ?? error;
    }),
    livePrice(plan.model.endpoint, { connection, context, signal }),
  ]);
  for (const { path, label, upload } of plan.attachments) {
    const url = upload === undefined ? undefined : urls.get(upload.sha256);
    if (url === undefined) continue;
    record.input = withValueAt(record.input, path, url) as Record<string, unknown>;
    onEvent({ type: 'uploaded', label, url });
  }
  const cost = estimate(plan.model, plan.work, price);
  record.cost.estimatedUsd = cost.usd;
  record.cost.unitPriceUsd = cost.unitUsd;
}

/** The one call that costs money, until fal's answer is here and is an answer. */
async function submitAndWait(
  plan: EditPlan,
  record: EditRecord,
  { context, onEvent }: RunOptions,
  { client, exchange }: FalSession,
): Promise<EditOutput> {
  onEvent({ type: 'submitting', estimatedUsd: record.cost.estimatedUsd ?? 0 });
  let accepted = context.elapsed();
  let seenLogs = 0;
  const subscription: Promise<{ data: unknown }> = client.subscribe(plan.model.endpoint, {
    input: record.input,
    mode: 'streaming',
    logs: true,
    onEnqueue: (requestId) => {
      record.requestId = requestId;
      accepted = context.elapsed();
      onEvent({ type: 'accepted', requestId });
    },
    onQueueUpdate: (update) => {
      const status = parseStatus(update);
      if (status === undefined) return;
      if (status.status !== 'IN_QUEUE') record.timings.queuedMs ??= Math.round(context.elapsed() - accepted);
      if (status.inferenceSeconds !== undefined) {
        record.timings.inferenceMs = Math.round(status.inferenceSeconds * 1000);
      }
      // The client hands over all the lines so far each time.
      for (const { level, message } of status.logs.slice(seenLogs)) onEvent({ type: 'log', level, message });
      seenLogs = Math.max(seenLogs, status.logs.length);
      if (status.status === 'IN_QUEUE') onEvent({ type: 'queued', position: status.queuePosition });
      if (status.status === 'IN_PROGRESS') onEvent({ type: 'running' });
      if (status.status === 'COMPLETED') onEvent({ type: 'completed' });
    },
  });
  const answer = await subscription.catch((error: unknown) => {
    throw exchange.waitFailure ?? error;
  });
  const units = exchange.billableUnits;
  if (units !== undefined) {
    record.cost.billedUnits = units;
    if (record.cost.unitPriceUsd !== null) record.cost.billedUsd = usd(units * record.cost.unitPriceUsd);
  }
  const output = plan.model.fromOutput(answer.data);
  if (output === undefined || output.images.length === 0) throw noPicturesError(record);
  if (output.inferenceSeconds !== undefined) {
    record.timings.inferenceMs ??= Math.round(output.inferenceSeconds * 1000);
  }
  return output;
}
