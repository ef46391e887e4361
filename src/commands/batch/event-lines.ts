import type { BatchEvent, RowName } from '../../batch/events.js';
import { writtenRow } from '../../batch/run/sandbox-cost.js';
import { BATCH_SCHEMA_VERSION } from '../../batch/rows/result-row.js';
import type { EditEvent } from '../../edit/events.js';
import type { FalEditError } from '../../errors/error.js';
import { inertJson } from '../../terminal/plain.js';

/**
 * One line of `--events`: a JSON object. Each has `schema_version`, `sandbox` (nothing of it is charged), `time`
 * (ISO 8601) and `event`:
 *
 * - `started`: `rows` by state, `to_send`, `to_fetch`, `estimated_usd` (null if unknown); once more where rows are gone through again
 * - `row`: `key`, `id`, `file`, `line` and what happens to it as `step`: begun, attached (`request_id`), uploading,
 *   uploaded, submitting, accepted (`request_id`), unrecorded (`request_id`, `message`), queued (`position`), running,
 *   completed, downloading, saved (`path`), log (`message`), warning (`message`), retrying (`error`), left
 *   (`request_id`)
 * - `ended`, `open`: the row's line of results.jsonl as `result`, and its `error`
 * - `stopped`: `error`, why nothing more is sent
 * - `finished`, `dry_run`, `frozen`: the last one, with all that `--json` says; `failed`: the last one where the batch
 *   could not be begun, or its ledger not be read any more, with the same
 */
export function eventLine(event: BatchEvent, now: number, sandbox: boolean): string {
  return lineOf(bodyOf(event, sandbox), now, sandbox);
}

/** The last line, about the whole run. @param document what `--json` says */
export function lastLine(
  event: 'finished' | 'dry_run' | 'frozen' | 'failed',
  document: Record<string, unknown>,
  now: number,
  sandbox: boolean,
): string {
  return lineOf({ event, ...document }, now, sandbox);
}

function lineOf(body: Record<string, unknown>, now: number, sandbox: boolean): string {
  const time = new Date(now).toISOString();
  return inertJson(JSON.stringify({ schema_version: BATCH_SCHEMA_VERSION, sandbox, time, ...body }));
}

function bodyOf(event: BatchEvent, sandbox: boolean): Record<string, unknown> {
  switch (event.type) {
    case 'started':
      return {
        event: 'started',
        rows: event.counts,
        to_send: event.toSend,
        to_fetch: event.toFetch,
        estimated_usd: event.estimatedUsd,
      };
    case 'begun':
      return rowOf(event.row, event.attached ? 'attached' : 'begun');
    case 'step':
      return { ...rowOf(event.row, stepOf(event.event)), ...detailsOf(event.event) };
    case 'left':
      return { ...rowOf(event.row, 'left'), request_id: event.requestId };
    case 'retrying':
      return { ...rowOf(event.row, 'retrying'), error: errorOf(event.error, sandbox) };
    case 'ended':
    case 'open':
      return {
        event: event.type,
        result: writtenRow(event.result),
        error: event.error && errorOf(event.error, sandbox),
      };
    case 'stopped':
      return { event: 'stopped', error: errorOf(event.error, sandbox) };
  }
}

function rowOf({ key, id, place }: RowName, step: string): Record<string, unknown> {
  return { event: 'row', key, id: id ?? null, file: place.file, line: place.line ?? null, step };
}

function stepOf({ type }: EditEvent): string {
  return type === 'resumed' ? 'attached' : type;
}

function detailsOf(event: EditEvent): Record<string, unknown> {
  switch (event.type) {
    case 'accepted':
    case 'resumed':
      return { request_id: event.requestId };
    case 'unrecorded':
      return { request_id: event.requestId, message: event.why };
    case 'queued':
      return { position: event.position ?? null };
    case 'saved':
      return { path: event.path };
    case 'log':
    case 'warning':
      return { message: event.message };
    default:
      return {};
  }
}

/** The sandbox charges nothing, whatever the outcome. */
function errorOf({ kind, message, hint, charged }: FalEditError, sandbox: boolean): Record<string, unknown> {
  return { kind, message, ...(hint === undefined ? {} : { hint }), charged: sandbox ? 'no' : charged };
}
