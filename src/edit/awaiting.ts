/*
 * From the acceptance to fal's answer. The id is in the ledger by then, so that whatever fails here, the edit can
 * be taken up again.
 */
import { parseStatus } from '../fal/status-events.js';
import { saysGone } from '../fal/unreachable.js';
import { flagForField } from '../models/explain.js';
import type { EditOutput } from '../models/model.js';
import { MOST_PICTURES } from '../models/output.js';
import { accessOf } from './env.js';
import { usd } from './estimate.js';
import type { Life } from './life.js';
import { resultInHistory } from './ask-fal.js';
import { noPicturesError, tooManyPicturesError } from './outcomes.js';

/** fal's answer as it came, and what the model's adapter reads in it. */
export interface Answered {
  data: unknown;
  output: EditOutput;
}

/** Passes fal's status updates on as events, and keeps the times. Made when the waiting begins. */
export function statusWatcher({
  record,
  env: { context },
  options: { onEvent },
}: Life): (update: unknown) => void {
  const began = context.elapsed();
  let seenLogs = 0;
  return (update) => {
    const status = parseStatus(update);
    if (status === undefined) return;
    if (status.status !== 'IN_QUEUE') record.timings.queuedMs ??= Math.round(context.elapsed() - began);
    if (status.inferenceSeconds !== undefined) {
      record.timings.inferenceMs = Math.round(status.inferenceSeconds * 1000);
    }
    // The client hands over all the lines so far each time.
    for (const { level, message } of status.logs.slice(seenLogs)) onEvent({ type: 'log', level, message });
    seenLogs = Math.max(seenLogs, status.logs.length);
    if (status.status === 'IN_QUEUE') onEvent({ type: 'queued', position: status.queuePosition });
    if (status.status === 'IN_PROGRESS') onEvent({ type: 'running' });
    if (status.status === 'COMPLETED') onEvent({ type: 'completed' });
  };
}

/** Waits for a request that was accepted earlier, and gets its result. */
export async function follow(life: Life): Promise<Answered> {
  const { model, record, session } = life;
  const requestId = record.requestId ?? '';
  const { queue } = session.client;
  return read(life, async () => {
    await queue.subscribeToStatus(model.endpoint, {
      requestId,
      mode: 'streaming',
      logs: true,
      onQueueUpdate: statusWatcher(life),
    });
    const answer: { data: unknown } = await queue.result(model.endpoint, { requestId });
    return answer.data;
  });
}

/**
 * Reads an answer with the client's own errors undone. What fal's queue has forgotten, its history may still have.
 *
 * @throws FalEditError
 */
export async function read(life: Life, ask: () => Promise<unknown>): Promise<Answered> {
  const { session, record, model } = life;
  let data: unknown;
  try {
    data = await ask();
  } catch (error) {
    const failure = session.exchange.waitFailure ?? error;
    const remembered = saysGone(failure) ? await inHistory(life) : undefined;
    if (remembered === undefined) throw failure as Error;
    data = remembered;
  }
  const units = session.exchange.billableUnits;
  if (units !== undefined) {
    record.cost.billedUnits = units;
    if (record.cost.unitPriceUsd !== null) record.cost.billedUsd = usd(units * record.cost.unitPriceUsd);
  }
  const output = model.fromOutput(data);
  if (output === undefined || output.images.length === 0) throw noPicturesError(record);
  if (output.images.length > MOST_PICTURES) throw tooManyPicturesError(record, output.images.length);
  if (output.inferenceSeconds !== undefined) {
    record.timings.inferenceMs ??= Math.round(output.inferenceSeconds * 1000);
  }
  return { data, output };
}

function inHistory({ model, record, deadline, env }: Life): Promise<unknown> {
  return resultInHistory(
    { endpoint: model.endpoint, requestId: record.requestId ?? '' },
    { ...accessOf(env, deadline.signal), nameField: (path) => flagForField(model, path) },
  );
}
